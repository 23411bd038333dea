//! Which series of which engine means what. Sources: the model server protocol of the Gateway API Inference Extension (proposal 003) and the engines'
//! own code, for those that it leaves out.

use super::engine::Engine;
use super::quantity::Quantity::{self, *};

/// A series that is read.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) meaning: Meaning,
}

/// What a series tells.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// Its value.
    Value(Quantity),
    /// Its value, where the label `priority` is absent or empty; the others are parts of that one.
    Queue(Quantity),
    /// Its value; the label says of what.
    Chosen { label: &'static str, of: &'static [(&'static str, Quantity)] },
    /// These labels; its value is always 1.
    Labels(&'static [(&'static str, Quantity)]),
    /// LoRA adapters in labels; its value is a time.
    Adapters,
}

impl Meaning {
    /// Everything the series may tell, as bits.
    pub(super) fn quantities(self) -> u32 {
        match self {
            Self::Value(quantity) | Self::Queue(quantity) => quantity.bit(),
            Self::Chosen { of, .. } | Self::Labels(of) => {
                of.iter().fold(0, |bits, (_, quantity)| bits | quantity.bit())
            }
            Self::Adapters => Lora.bit(),
        }
    }
}

const fn value(name: &'static str, quantity: Quantity) -> Series {
    Series { name, meaning: Meaning::Value(quantity) }
}

const fn queue(name: &'static str, quantity: Quantity) -> Series {
    Series { name, meaning: Meaning::Queue(quantity) }
}

const VLLM: &[Series] = &[
    value("vllm:num_requests_waiting", Waiting),
    value("vllm:num_requests_running", Running),
    value("vllm:kv_cache_usage_perc", KvUsage),
    // Until 0.12; for some releases both.
    value("vllm:gpu_cache_usage_perc", FormerKvUsage),
    Series {
        name: "vllm:cache_config_info",
        meaning: Meaning::Labels(&[
            ("block_size", BlockSize),
            // The front end adds up the blocks of its ranks and writes the sum into the configuration that every rank is labelled with.
            ("num_gpu_blocks", SharedBlocks),
            ("kv_cache_size_tokens", LoneKvTokens),
        ]),
    },
    value("vllm:prompt_tokens_total", PromptTokens),
    value("vllm:prompt_tokens", PromptTokens),
    value("vllm:generation_tokens_total", GenerationTokens),
    value("vllm:generation_tokens", GenerationTokens),
    value("vllm:prefix_cache_queries_total", PrefixQueries),
    value("vllm:prefix_cache_queries", PrefixQueries),
    value("vllm:gpu_prefix_cache_queries_total", PrefixQueries),
    value("vllm:gpu_prefix_cache_queries", PrefixQueries),
    value("vllm:prefix_cache_hits_total", PrefixHits),
    value("vllm:prefix_cache_hits", PrefixHits),
    value("vllm:gpu_prefix_cache_hits_total", PrefixHits),
    value("vllm:gpu_prefix_cache_hits", PrefixHits),
    value("vllm:num_preemptions_total", Preemptions),
    value("vllm:num_preemptions", Preemptions),
    Series { name: "vllm:lora_requests_info", meaning: Meaning::Adapters },
];

const SGLANG: &[Series] = &[
    queue("sglang:num_queue_reqs", Waiting),
    queue("sglang:num_running_reqs", Running),
    value("sglang:token_usage", KvUsage),
    Series {
        name: "sglang:cache_config_info",
        meaning: Meaning::Labels(&[("page_size", BlockSize), ("num_pages", Blocks)]),
    },
    value("sglang:max_total_num_tokens", KvTokens),
    value("sglang:prompt_tokens_total", PromptTokens),
    value("sglang:prompt_tokens", PromptTokens),
    value("sglang:generation_tokens_total", GenerationTokens),
    value("sglang:generation_tokens", GenerationTokens),
    value("sglang:cached_tokens_total", PrefixHits),
    value("sglang:cached_tokens", PrefixHits),
    value("sglang:num_retracted_requests_total", Preemptions),
    value("sglang:num_retracted_requests", Preemptions),
];

const TRT_LLM: &[Series] = &[
    value("trtllm_num_requests_waiting", Waiting),
    value("trtllm_num_requests_running", Running),
    value("trtllm_max_num_active_requests", MaxRunning),
    value("trtllm_kv_cache_utilization", KvUsage),
    value("trtllm_kv_cache_used_blocks", UsedBlocks),
    value("trtllm_kv_cache_tokens_per_block", BlockSize),
    value("trtllm_kv_cache_max_blocks", Blocks),
    value("trtllm_prompt_tokens_total", PromptTokens),
    value("trtllm_prompt_tokens", PromptTokens),
    value("trtllm_generation_tokens_total", GenerationTokens),
    value("trtllm_generation_tokens", GenerationTokens),
    value("trtllm_kv_cache_reused_blocks_total", PrefixHits),
    value("trtllm_kv_cache_reused_blocks", PrefixHits),
    value("trtllm_kv_cache_missed_blocks_total", PrefixMisses),
    value("trtllm_kv_cache_missed_blocks", PrefixMisses),
];

const TRITON_TRT_LLM: &[Series] = &[
    Series {
        name: "nv_trt_llm_request_metrics",
        meaning: Meaning::Chosen {
            label: "request_type",
            of: &[("waiting", Waiting), ("scheduled", Running), ("max", MaxRunning)],
        },
    },
    Series {
        name: "nv_trt_llm_kv_cache_block_metrics",
        meaning: Meaning::Chosen {
            label: "kv_cache_block_type",
            of: &[("fraction", KvUsage), ("used", UsedBlocks), ("tokens_per", BlockSize), ("max", Blocks)],
        },
    },
];

// Upstream takes `nv_inference_exec_count` for the running requests; it counts executions since the start.
const TRITON: &[Series] = &[value("nv_inference_pending_request_count", Waiting)];

// The sums of two histograms are the totals of what they measure.
const TGI: &[Series] = &[
    value("tgi_queue_size", Waiting),
    value("tgi_batch_current_size", Running),
    value("tgi_request_input_length_sum", PromptTokens),
    value("tgi_request_generated_tokens_sum", GenerationTokens),
];

impl Engine {
    pub(super) const fn series(self) -> &'static [Series] {
        match self {
            Self::Vllm => VLLM,
            Self::Sglang => SGLANG,
            Self::TrtLlm => TRT_LLM,
            Self::TritonTrtLlm => TRITON_TRT_LLM,
            Self::Triton => TRITON,
            Self::Tgi => TGI,
        }
    }

    /// The label that tells data-parallel ranks apart.
    pub(super) const fn rank_label(self) -> Option<&'static str> {
        match self {
            Self::Vllm => Some("engine"),
            Self::Sglang => Some("dp_rank"),
            _ => None,
        }
    }

    /// Labels that tell copies apart: processes that report one and the same queue.
    pub(super) const fn copy_labels(self) -> &'static [&'static str] {
        match self {
            Self::Sglang => &["tp_rank", "pp_rank", "moe_ep_rank", "pid"],
            _ => &["pid"],
        }
    }
}
