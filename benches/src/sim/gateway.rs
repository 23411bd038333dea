//! What a gateway replica is told in a run, and what it answers. The router under test and the rules of peers stand behind the same trait.

use super::workload::SimRequest;

/// One replica of a gateway. Times are seconds since the run began and never go back.
///
/// A replica hears of its own requests at once, of scrapes when they are made, of changes in caches when their events arrive. It never hears of what other
/// replicas sent, except through what endpoints say.
pub trait Gateway {
    /// Chooses an endpoint among those that are there and counts the request as sent to it. `number` names the request from now on.
    fn dispatch(&mut self, number: usize, asked: &Asked<'_>, now: f64) -> usize;

    /// The first token of the answer came.
    fn first_token(&mut self, number: usize, now: f64);

    /// The answer is complete.
    fn finished(&mut self, number: usize, generated: u32, now: f64);

    /// The attempt failed by its endpoint's fault; the number is dispatched again if the run says so.
    fn failed(&mut self, number: usize, now: f64);

    /// An endpoint was scraped.
    fn polled(&mut self, endpoint: usize, polled: &Polled, now: f64);

    /// An endpoint's cache holds these blocks now, each the next of the one before it, the first the next of `parent`.
    fn stored(&mut self, endpoint: usize, parent: Option<u64>, blocks: &[u64], now: f64);

    /// An endpoint's cache holds these blocks no more.
    fn removed(&mut self, endpoint: usize, blocks: &[u64], now: f64);

    /// An endpoint with an empty cache is there, from the start or later.
    fn appeared(&mut self, endpoint: usize, now: f64);

    /// An endpoint is there no more.
    fn gone(&mut self, endpoint: usize, now: f64);
}

/// What a gateway may know of a request: everything but the length of the answer.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'r> {
    /// Tokens of the prompt.
    pub prompt: u32,
    /// The prompt's full blocks.
    pub blocks: &'r [u64],
    /// Tokens a block.
    pub block_tokens: u32,
    /// Whose request it is.
    pub tenant: u32,
    /// Which conversation or agent it belongs to.
    pub session: u32,
    /// The LoRA adapter that it asks for.
    pub adapter: Option<u32>,
}

impl<'r> Asked<'r> {
    /// What a gateway may know of this request.
    pub fn of(request: &'r SimRequest, block_tokens: u32) -> Self {
        let full = (request.prompt / block_tokens) as usize;
        Self {
            prompt: request.prompt,
            blocks: &request.blocks[..full.min(request.blocks.len())],
            block_tokens,
            tenant: request.tenant,
            session: request.session,
            adapter: request.adapter,
        }
    }
}

/// What an endpoint says when it is scraped: vLLM's gauges and totals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Polled {
    /// Requests not yet scheduled.
    pub waiting: u32,
    /// Requests in the running batch, those whose prompt is being worked off included.
    pub running: u32,
    /// The share of KV blocks that running requests refer to, 0..=1.
    pub kv_usage: f64,
    /// Prompt tokens of requests that had their first token, since the start.
    pub prompt_tokens: u64,
    /// Generated tokens since the start.
    pub generation_tokens: u64,
    /// Prompt tokens looked up in the prefix cache since the start.
    pub prefix_queries: u64,
    /// Prompt tokens found there since the start.
    pub prefix_hits: u64,
}
