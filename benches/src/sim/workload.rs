//! What the clients of a run ask for.

/// Requests in the order in which they are numbered.
#[derive(Clone, Debug)]
pub struct Workload {
    /// A short name for tables.
    pub name: String,
    /// Tokens a block of [`SimRequest::blocks`].
    pub block_tokens: u32,
    /// The requests. Those of [`Arrival::At`] are in order of time.
    pub requests: Vec<SimRequest>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct SimRequest {
    /// When it is sent.
    pub arrival: Arrival,
    /// Tokens of the prompt, at least 1.
    pub prompt: u32,
    /// Tokens of the answer, at least 1.
    pub output: u32,
    /// The prompt's blocks, the last one perhaps not full. Each number stands for the block and all before it: equal numbers, equal prefixes.
    pub blocks: Box<[u64]>,
    /// Whose request it is.
    pub tenant: u32,
    /// Which conversation or agent it belongs to.
    pub session: u32,
    /// The LoRA adapter that it asks for.
    pub adapter: Option<u32>,
}

/// When a request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrival {
    /// At this second, whatever became of the others (open loop).
    At(f64),
    /// So many seconds after another one of a smaller number was answered (closed loop).
    After {
        /// The number of the other.
        former: usize,
        /// The seconds in between.
        think: f64,
    },
}
