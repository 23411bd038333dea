//! How the server is set up.

use std::time::Duration;

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Config {
    /// `ip:port`; port 0 takes any.
    pub listen: String,
    /// What it calls itself in `x-served-by`.
    pub name: String,
    /// Models that are served; none: any.
    pub models: Vec<String>,
    /// LoRA adapters that are served beside them.
    pub loras: Vec<String>,
    /// How many times as fast as the times below.
    pub speed: f64,
    /// Tokens that fit into the KV cache.
    pub kv_tokens: usize,
    /// Requests that run at once.
    pub max_num_seqs: usize,
    /// Tokens in a block of the KV cache.
    pub block_size: usize,
    /// Seed of the answers.
    pub seed: u64,
    /// Time for a token of the prompt that is not in the prefix cache.
    pub prefill: Duration,
    /// Time for a token of an answer.
    pub decode: Duration,
    /// What each running request adds to that.
    pub decode_each: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8000".to_owned(),
            name: "mock".to_owned(),
            models: Vec::new(),
            loras: Vec::new(),
            speed: 1.0,
            kv_tokens: 65_536,
            max_num_seqs: 64,
            block_size: 16,
            seed: 0,
            prefill: Duration::from_micros(100),
            decode: Duration::from_millis(10),
            decode_each: Duration::from_micros(100),
        }
    }
}

/// How it is called.
pub fn usage() -> &'static str {
    "\
A model server without a model, for tests of gateways.

Usage: mock-vllm [--listen IP:PORT] [--name NAME] [--model NAME]... [--lora NAME]... [--speed FACTOR] [--kv-tokens N] [--max-num-seqs N]
                 [--block-size N] [--seed N] [--prefill-us N] [--decode-us N] [--decode-each-us N]

Port 0 takes any free port; the first line of output tells which: `listening on 127.0.0.1:8000`. Without --model it serves whatever is asked for.
A token of the prompt takes 100 us, a token of the answer 10 ms and 100 us more for each running request, all divided by the speed."
}

impl Config {
    /// Reads the command line; `None` where help is asked for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_args(mut parser: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut config = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("listen") => config.listen = parser.value()?.string()?,
                Long("name") => config.name = parser.value()?.string()?,
                Long("model") => config.models.push(parser.value()?.string()?),
                Long("lora") => config.loras.push(parser.value()?.string()?),
                Long("speed") => config.speed = parser.value()?.parse()?,
                Long("kv-tokens") => config.kv_tokens = parser.value()?.parse()?,
                Long("max-num-seqs") => config.max_num_seqs = parser.value()?.parse()?,
                Long("block-size") => config.block_size = parser.value()?.parse()?,
                Long("seed") => config.seed = parser.value()?.parse()?,
                Long("prefill-us") => config.prefill = micros(&mut parser)?,
                Long("decode-us") => config.decode = micros(&mut parser)?,
                Long("decode-each-us") => config.decode_each = micros(&mut parser)?,
                Short('h') | Long("help") => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        config.check()?;
        Ok(Some(config))
    }

    fn check(&self) -> Result<(), lexopt::Error> {
        let wrong = if !(self.speed > 0.0 && self.speed.is_finite()) {
            "--speed must be above 0"
        } else if self.block_size == 0 || self.max_num_seqs == 0 {
            "--block-size and --max-num-seqs must be above 0"
        } else if self.kv_tokens < self.block_size {
            "--kv-tokens must hold a block at least"
        } else if self.name.bytes().any(|byte| !byte.is_ascii_graphic()) {
            "--name must be visible ASCII without blanks"
        } else {
            return Ok(());
        };
        Err(wrong.into())
    }

    /// `time` at the speed that is set, `factor` times as long.
    pub(crate) fn scaled(&self, time: Duration, factor: f64) -> Duration {
        Duration::try_from_secs_f64(time.as_secs_f64() * factor / self.speed).unwrap_or(Duration::MAX)
    }
}

fn micros(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    use lexopt::ValueExt;
    Ok(Duration::from_micros(parser.value()?.parse()?))
}
