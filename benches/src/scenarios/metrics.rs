//! `metrics/<page>/<size>`: one metrics page read, or only told which engine wrote it.

use std::fmt::Write;
use std::hint::black_box;

use inferroute::{Engine, LoadReport, ScrapeOptions};

use super::Scenario;

const MODEL: &str = "meta-llama/Llama-3.1-70B-Instruct";

const BOUNDS: [&str; 22] = [
    "0.001", "0.005", "0.01", "0.02", "0.04", "0.06", "0.08", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5",
    "5.0", "7.5", "10.0", "20.0", "40.0", "80.0", "160.0", "640.0", "+Inf",
];

const HISTOGRAMS: [&str; 16] = [
    "request_prompt_tokens",
    "request_generation_tokens",
    "iteration_tokens_total",
    "request_max_num_generation_tokens",
    "request_params_n",
    "request_params_max_tokens",
    "time_to_first_token_seconds",
    "time_per_output_token_seconds",
    "inter_token_latency_seconds",
    "request_time_per_output_token_seconds",
    "e2e_request_latency_seconds",
    "request_queue_time_seconds",
    "request_inference_time_seconds",
    "request_prefill_time_seconds",
    "request_decode_time_seconds",
    "http_request_duration_seconds",
];

/// A page as a vLLM server with `ranks` data-parallel ranks writes it: gauges, totals, then histograms of every rank; with `adapters` series of
/// LoRA adapters left behind.
fn vllm(ranks: usize, adapters: usize) -> String {
    let mut text = String::from("# HELP python_gc_objects_collected_total Objects collected during gc\n");
    text.push_str("# TYPE python_gc_objects_collected_total counter\n");
    for generation in 0..3 {
        _ = writeln!(text, "python_gc_objects_collected_total{{generation=\"{generation}\"}} 12816.0");
    }
    let mut family = |name: &str, kind: &str, sample: &mut dyn FnMut(&mut String, usize)| {
        _ = writeln!(
            text,
            "# HELP vllm:{name} What the engine has to say about {name}.\n# TYPE vllm:{name} {kind}"
        );
        for rank in 0..ranks {
            sample(&mut text, rank);
        }
    };
    for name in ["num_requests_running", "num_requests_waiting", "engine_sleep_state"] {
        family(name, "gauge", &mut |text, rank| {
            _ = writeln!(text, "vllm:{name}{{engine=\"{rank}\",model_name=\"{MODEL}\"}} {}.0", rank + 3);
        });
    }
    family("kv_cache_usage_perc", "gauge", &mut |text, rank| {
        _ = writeln!(text, "vllm:kv_cache_usage_perc{{engine=\"{rank}\",model_name=\"{MODEL}\"}} 0.4375");
    });
    let totals = [
        "prefix_cache_queries",
        "prefix_cache_hits",
        "num_preemptions",
        "prompt_tokens",
        "generation_tokens",
    ];
    for name in totals {
        family(name, "counter", &mut |text, rank| {
            let labels = format!("{{engine=\"{rank}\",model_name=\"{MODEL}\"}}");
            _ = writeln!(
                text,
                "vllm:{name}_total{labels} 8.128902e+06\nvllm:{name}_created{labels} 1.7901234e+09"
            );
        });
    }
    for name in HISTOGRAMS {
        family(name, "histogram", &mut |text, rank| {
            for (n, bound) in BOUNDS.iter().enumerate() {
                _ = writeln!(
                    text,
                    "vllm:{name}_bucket{{engine=\"{rank}\",le=\"{bound}\",model_name=\"{MODEL}\"}} {}.0",
                    n * 7_919
                );
            }
            for end in ["count", "sum", "created"] {
                _ = writeln!(text, "vllm:{name}_{end}{{engine=\"{rank}\",model_name=\"{MODEL}\"}} 174218.0");
            }
        });
    }
    family("cache_config_info", "gauge", &mut |text, rank| {
        _ = writeln!(
            text,
            "vllm:cache_config_info{{block_size=\"16\",cache_dtype=\"auto\",calculate_kv_scales=\"False\",enable_prefix_caching=\"True\",\
             engine=\"{rank}\",gpu_memory_utilization=\"0.9\",num_cpu_blocks=\"None\",num_gpu_blocks=\"11147\",sliding_window=\"None\"}} 1.0"
        );
    });
    for n in 0..adapters {
        _ = writeln!(
            text,
            "vllm:lora_requests_info{{max_lora=\"8\",running_lora_adapters=\"team-{n},team-{}\",waiting_lora_adapters=\"team-{}\"}} 1.79{n:05}e+09",
            n + 1,
            n + 2
        );
    }
    text
}

pub(super) fn list() -> Vec<Scenario> {
    let pages = [("vllm", "50KB", 1, 0), ("vllm", "300KB", 6, 0), ("vllm-lora", "300KB", 6, 100)];
    let mut list: Vec<Scenario> = pages
        .into_iter()
        .map(|(name, size, ranks, adapters)| {
            let scenario = Scenario::new(format!("metrics/{name}/{size}"), move || {
                let (page, options) = (vllm(ranks, adapters), ScrapeOptions::default());
                let scrape = LoadReport::from_prometheus(&page, &options);
                assert!(scrape.problems.is_empty() && scrape.report.blocks == Some(11_147));
                Box::new(move || {
                    let scrape = LoadReport::from_prometheus(black_box(&page), &options);
                    scrape.report.waiting.unwrap_or_default().into()
                })
            });
            let scenario = scenario.bytes(vllm(ranks, adapters).len());
            if size == "50KB" { scenario.counted() } else { scenario }
        })
        .collect();
    list.push(Scenario::new("metrics/detect/300KB".into(), || {
        let page = vllm(6, 0);
        Box::new(move || u64::from(Engine::detect(black_box(&page)).is_some()))
    }));
    list
}
