//! The tables of the page.

/// Engine, what its names begin with, the label of ranks, the labels of copies.
pub(super) const ENGINES: [(&str, &str, &str, &[&str]); 6] = [
    ("vllm", "vllm:", "engine", &["pid"]),
    ("sglang", "sglang:", "dp_rank", &["tp_rank", "pp_rank", "moe_ep_rank", "pid"]),
    ("trtllm-serve", "trtllm_", "", &["pid"]),
    ("triton-tensorrt-llm", "nv_trt_llm_", "", &["pid"]),
    ("triton", "nv_inference_", "", &["pid"]),
    ("tgi", "tgi_", "", &["pid"]),
];

/// Engine, name after the prefix, where the value stands, what it is. A `*` at the end of a name: with and without `_total`.
const SERIES: &str = "
vllm num_requests_waiting value waiting
vllm num_requests_running value running
vllm kv_cache_usage_perc value kv_usage
vllm gpu_cache_usage_perc value former
vllm cache_config_info label:block_size block_size
vllm cache_config_info label:num_gpu_blocks shared_blocks
vllm cache_config_info label:kv_cache_size_tokens lone_tokens
vllm prompt_tokens* value prompt_tokens
vllm generation_tokens* value generation_tokens
vllm prefix_cache_queries* value prefix_queries
vllm gpu_prefix_cache_queries* value prefix_queries
vllm prefix_cache_hits* value prefix_hits
vllm gpu_prefix_cache_hits* value prefix_hits
vllm num_preemptions* value preemptions
vllm lora_requests_info lora lora
sglang num_queue_reqs queue waiting
sglang num_running_reqs queue running
sglang token_usage value kv_usage
sglang cache_config_info label:page_size block_size
sglang cache_config_info label:num_pages blocks
sglang max_total_num_tokens value kv_tokens
sglang prompt_tokens* value prompt_tokens
sglang generation_tokens* value generation_tokens
sglang cached_tokens* value prefix_hits
sglang num_retracted_requests* value preemptions
trtllm-serve num_requests_waiting value waiting
trtllm-serve num_requests_running value running
trtllm-serve max_num_active_requests value max_running
trtllm-serve kv_cache_utilization value kv_usage
trtllm-serve kv_cache_used_blocks value used_blocks
trtllm-serve kv_cache_tokens_per_block value block_size
trtllm-serve kv_cache_max_blocks value blocks
trtllm-serve prompt_tokens* value prompt_tokens
trtllm-serve generation_tokens* value generation_tokens
trtllm-serve kv_cache_reused_blocks* value prefix_hits
trtllm-serve kv_cache_missed_blocks* value prefix_misses
triton-tensorrt-llm request_metrics if:request_type=waiting waiting
triton-tensorrt-llm request_metrics if:request_type=scheduled running
triton-tensorrt-llm request_metrics if:request_type=max max_running
triton-tensorrt-llm kv_cache_block_metrics if:kv_cache_block_type=fraction kv_usage
triton-tensorrt-llm kv_cache_block_metrics if:kv_cache_block_type=used used_blocks
triton-tensorrt-llm kv_cache_block_metrics if:kv_cache_block_type=tokens_per block_size
triton-tensorrt-llm kv_cache_block_metrics if:kv_cache_block_type=max blocks
triton pending_request_count value waiting
tgi queue_size value waiting
tgi batch_current_size value running
tgi request_input_length_sum value prompt_tokens
tgi request_generated_tokens_sum value generation_tokens
";

/// The series of an engine with this name: where the value stands and what it is.
pub(super) fn meanings(engine: &str, name: &[u8]) -> Vec<(&'static str, &'static str)> {
    let prefix = ENGINES.iter().find(|known| known.0 == engine).map_or("", |known| known.1);
    let mut found = Vec::new();
    for row in SERIES.lines().filter(|row| !row.is_empty()) {
        let columns: Vec<&str> = row.split(' ').collect();
        let full = format!("{prefix}{}", columns[1].trim_end_matches('*'));
        let total = columns[1].ends_with('*') && format!("{full}_total").as_bytes() == name;
        if columns[0] == engine && (full.as_bytes() == name || total) {
            found.push((columns[2], columns[3]));
        }
    }
    found
}
