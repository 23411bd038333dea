//! Metrics pages by chance.

use proptest::prelude::*;

/// Pages that are mostly right: every known name, labels and values from short lists so that series meet, and now and then anything at all.
pub(crate) fn page() -> impl Strategy<Value = Vec<u8>> {
    let names = prop::sample::select(
        &[
            "num_requests_waiting",
            "num_requests_running",
            "kv_cache_usage_perc",
            "gpu_cache_usage_perc",
            "cache_config_info",
            "prompt_tokens_total",
            "prompt_tokens",
            "prefix_cache_hits_total",
            "gpu_prefix_cache_queries",
            "lora_requests_info",
            "num_queue_reqs",
            "num_running_reqs",
            "token_usage",
            "max_total_num_tokens",
            "cached_tokens_total",
            "kv_cache_utilization",
            "kv_cache_used_blocks",
            "kv_cache_max_blocks",
            "kv_cache_reused_blocks_total",
            "kv_cache_missed_blocks_total",
            "kv_cache_tokens_per_block",
            "request_metrics",
            "kv_cache_block_metrics",
            "pending_request_count",
            "queue_size",
            "batch_current_size",
            "request_input_length_sum",
            "exec_count",
            "x",
        ][..],
    );
    let labels = prop::sample::select(
        &[
            "engine=\"0\"",
            "engine=\"1\"",
            "dp_rank=\"0\"",
            "dp_rank=\"1\"",
            "tp_rank=\"0\"",
            "tp_rank=\"1\"",
            "pid=\"7\"",
            "priority=\"\"",
            "priority=\"1\"",
            "model_name=\"a\"",
            "model_name=\"b\\\"c\"",
            "block_size=\"16\"",
            "num_gpu_blocks=\"8\"",
            "num_gpu_blocks=\"9\"",
            "kv_cache_size_tokens=\"100\"",
            "page_size=\"None\"",
            "num_pages=\"x\"",
            "request_type=\"waiting\"",
            "request_type=\"scheduled\"",
            "request_type=\"max\"",
            "kv_cache_block_type=\"fraction\"",
            "kv_cache_block_type=\"used\"",
            "kv_cache_block_type=\"max\"",
            "max_lora=\"4\"",
            "max_lora=\"four\"",
            "running_lora_adapters=\"a, b,,a\"",
            "running_lora_adapters=\"b\\\\c\\n\\q\"",
            "waiting_lora_adapters=\"c\"",
            "waiting_lora_adapters=\"\"",
            "a b",
            "=\"\"",
            "a=\"\\",
        ][..],
    );
    let values = prop::sample::select(
        &[
            "0",
            "1",
            "2.0",
            "0.5",
            "1.0",
            "3e0",
            "1.7e9",
            "NaN",
            "-1",
            "+Inf",
            "4294967295",
            "1e19",
            "0.3",
            "x",
            "",
            "1 2",
            "1 2 # {}",
            "1 #",
            "1#",
            "1 x",
            "1\r",
            "-0.0",
        ][..],
    );
    let prefix =
        prop::sample::select(&["vllm:", "sglang:", "trtllm_", "nv_trt_llm_", "nv_inference_", "tgi_"][..]);
    let line = (names, prop::collection::vec(labels, 0..4), values, 0..20_u8);
    let line = line.prop_map(|(name, labels, value, shape)| match shape {
        0 => format!("{name} {value}"),
        1 => format!("\t{name} {{ {} , }}  {value}", labels.join(" , ")),
        2 => format!("{name}{{{}}}{value}", labels.join(",")),
        _ => format!("{name}{{{}}} {value}", labels.join(",")),
    });
    let change = (any::<prop::sample::Index>(), any::<u8>());
    (prefix, prop::collection::vec(line, 0..24), any::<bool>(), prop::collection::vec(change, 0..3)).prop_map(
        |(prefix, lines, whole, changes)| {
            let mut text: Vec<u8> = Vec::new();
            for line in &lines {
                let line = match line.strip_prefix('\t') {
                    Some(line) => format!("\t{prefix}{line}\n"),
                    None => format!("{prefix}{line}\n"),
                };
                text.extend(line.as_bytes());
            }
            if !whole {
                text.pop();
            }
            for (at, byte) in changes {
                if !text.is_empty() {
                    let at = at.index(text.len());
                    text[at] = byte;
                }
            }
            text
        },
    )
}
