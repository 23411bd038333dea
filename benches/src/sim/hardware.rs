//! How long a step of a model server takes.
//!
//! The coefficients are fits to kernel times that aiconfigurator (commit 095f58a) holds for vLLM 0.24 on H100. Kernels alone are optimistic, so compute
//! is multiplied by [`Hardware::eff`].

/// A model on its GPUs. Times are milliseconds, tokens are counted one by one.
#[derive(Clone, Debug, PartialEq)]
pub struct Hardware {
    /// The name of the row: `8b`, `32b`, `70b`.
    pub name: &'static str,
    /// What every step takes: the head of the model and the host.
    pub fixed: f64,
    /// Reading the weights once: the least that the linear layers take.
    pub weights: f64,
    /// Linear layers, a token.
    pub linear: f64,
    /// Attention of a prompt, a pair of tokens.
    pub attention: f64,
    /// Decoding at all.
    pub decode: f64,
    /// Decoding, a sequence.
    pub decode_sequence: f64,
    /// Decoding, a token of context.
    pub decode_context: f64,
    /// Tokens that fit into the KV cache when 90 % of the memory may be used.
    pub kv_tokens: u64,
    /// How much slower than bare kernels the linear layers and the attention of prompts are.
    pub eff: f64,
    /// Tokens a step at most.
    pub budget: u32,
    /// Sequences in the running batch at most.
    pub max_sequences: u32,
}

/// Sampling and bookkeeping of one sequence of a step, in milliseconds.
const SEQUENCE: f64 = 0.0044;

/// Llama-3.1-8B on one H100.
const LLAMA_8B: Hardware = Hardware {
    name: "8b",
    fixed: 1.65,
    weights: 5.6,
    linear: 0.0180,
    attention: 8.1e-7,
    decode: 0.35,
    decode_sequence: 0.0055,
    decode_context: 4.23e-5,
    kv_tokens: 433_000,
    eff: 1.25,
    budget: 8_192,
    max_sequences: 256,
};

/// Qwen3-32B on two H100.
const QWEN_32B: Hardware = Hardware {
    name: "32b",
    fixed: 2.4,
    weights: 13.5,
    linear: 0.0515,
    attention: 1.65e-6,
    decode: 0.72,
    decode_sequence: 0.0053,
    decode_context: 4.10e-5,
    kv_tokens: 309_000,
    ..LLAMA_8B
};

/// Llama-3.3-70B on four H100.
const LLAMA_70B: Hardware = Hardware {
    name: "70b",
    fixed: 2.9,
    weights: 14.5,
    linear: 0.0700,
    attention: 1.01e-6,
    decode: 0.92,
    decode_sequence: 0.0030,
    decode_context: 2.64e-5,
    kv_tokens: 476_000,
    ..LLAMA_8B
};

/// What is in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Batch {
    /// Sequences whose prompt gets a chunk.
    pub chunks: u32,
    /// Tokens of those chunks.
    pub chunk_tokens: u64,
    /// Pairs of tokens that attend to one another, of all chunks: n * (c + n / 2) for n tokens after c.
    pub pairs: f64,
    /// Sequences that get one more token of their answer.
    pub decodes: u32,
    /// Tokens of context of all of those, the one that is worked on included.
    pub context: u64,
}

impl Batch {
    /// Adds the next `tokens` of a prompt of which `computed` are known.
    pub fn chunk(&mut self, computed: u32, tokens: u32) {
        self.chunks += 1;
        self.chunk_tokens += u64::from(tokens);
        self.pairs += f64::from(tokens) * (f64::from(computed) + f64::from(tokens) / 2.0);
    }
}

impl Hardware {
    /// The rows that there are.
    pub const ALL: [Hardware; 3] = [LLAMA_8B, QWEN_32B, LLAMA_70B];

    /// The row of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|row| row.name == name)
    }

    /// Seconds that a step takes.
    pub fn step_time(&self, batch: &Batch) -> f64 {
        let tokens = (batch.chunk_tokens + u64::from(batch.decodes)) as f64;
        let mut time = self.fixed
            + self.weights.max(self.linear * self.eff * tokens)
            + self.attention * self.eff * batch.pairs
            + SEQUENCE * f64::from(batch.chunks + batch.decodes);
        if batch.decodes > 0 {
            time += self.decode
                + self.decode_sequence * f64::from(batch.decodes)
                + self.decode_context * batch.context as f64;
        }
        time / 1e3
    }

    /// Seconds to the first token when nobody else is served and `cached` tokens of the prompt are known.
    pub fn prefill_time(&self, prompt: u32, cached: u32) -> f64 {
        let (mut computed, mut time) = (cached, 0.0);
        while computed < prompt {
            let tokens = self.budget.min(prompt - computed);
            let mut batch = Batch::default();
            batch.chunk(computed, tokens);
            time += self.step_time(&batch);
            computed += tokens;
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(is: f64, wanted: f64, slack: f64) {
        assert!((is - wanted).abs() <= slack, "{is} is not {wanted}");
    }

    #[test]
    fn prefill_alone_is_the_closed_form() {
        close(LLAMA_8B.prefill_time(8_192, 0), 0.2199, 5e-5);
        close(LLAMA_8B.prefill_time(100_000, 0), 7.33, 5e-3);
        close(LLAMA_8B.prefill_time(8_192, 7_680), 0.0173, 5e-5);
        // 13 steps, all bound by compute, the attention a square.
        let whole = 13.0 * (1.65 + 0.0044) + 0.0225 * 1e5 + 8.1e-7 * 1.25 * 1e10 / 2.0;
        close(LLAMA_8B.prefill_time(100_000, 0), whole / 1e3, 1e-12);
    }

    #[test]
    fn a_small_step_reads_the_weights_and_a_large_one_computes() {
        let mut batch = Batch { decodes: 10, context: 20_000, ..Batch::default() };
        close(LLAMA_8B.step_time(&batch), (1.65 + 5.6 + 0.044 + 0.35 + 0.055 + 0.846) / 1e3, 1e-12);
        batch.chunk(1_000, 2_000);
        let time = 1.65 + 0.0225 * 2_010.0 + 1.0125e-6 * 2_000.0 * 2_000.0 + 0.0484 + 0.35 + 0.055 + 0.846;
        close(LLAMA_8B.step_time(&batch), time / 1e3, 1e-12);
    }

    #[test]
    fn rows_are_found_by_their_name() {
        for row in Hardware::ALL {
            assert_eq!(Hardware::by_name(row.name), Some(row));
        }
        assert_eq!(Hardware::by_name("7b"), None);
    }
}
