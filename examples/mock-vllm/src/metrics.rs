//! The metrics page, under the names that vLLM uses.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::engine::Engine;

/// What is counted since the server started.
#[derive(Clone, Default)]
pub(crate) struct Totals {
    pub(crate) served: u64,
    pub(crate) failed: u64,
    prompt_tokens: u64,
    pub(crate) generation_tokens: u64,
    prefix_hits: u64,
    pub(crate) first_token: Histogram,
    pub(crate) whole: Histogram,
    pub(crate) queued: Histogram,
}

impl Totals {
    pub(crate) fn looked_up(&mut self, prompt_tokens: usize, cached_tokens: usize) {
        self.prompt_tokens += prompt_tokens as u64;
        self.prefix_hits += cached_tokens as u64;
    }
}

const BOUNDS: [f64; 12] = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

#[derive(Clone, Default)]
pub(crate) struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    pub(crate) fn observe(&mut self, time: Duration) {
        let seconds = time.as_secs_f64();
        for (bucket, bound) in self.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
        self.count += 1;
        self.sum += seconds;
    }

    fn print(&self, page: &mut Page, name: &str) {
        page.head(name, "histogram");
        let labels = page.labels.clone();
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            page.line(&format!("{name}_bucket{{{labels},le=\"{bound}\"}} {bucket}"));
        }
        page.line(&format!("{name}_bucket{{{labels},le=\"+Inf\"}} {}", self.count));
        page.line(&format!("{name}_sum{{{labels}}} {}", self.sum));
        page.line(&format!("{name}_count{{{labels}}} {}", self.count));
    }
}

struct Page {
    text: String,
    labels: String,
}

impl Page {
    fn head(&mut self, name: &str, kind: &str) {
        writeln!(self.text, "# TYPE {name} {kind}").expect("a string grows");
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn value(&mut self, name: &str, kind: &str, value: impl std::fmt::Display) {
        self.head(name, kind);
        self.line(&format!("{name}{{{}}} {value}", self.labels));
    }
}

/// The page as it is now.
pub(crate) fn page(engine: &Engine) -> String {
    let config = &engine.config;
    let look = engine.look();
    let model = config.models.first().map_or("mock", |model| model);
    // Label values escape as Rust strings do, as far as model names go.
    let mut page = Page { text: String::new(), labels: format!("engine=\"0\",model_name={model:?}") };
    page.value("vllm:num_requests_running", "gauge", look.running);
    page.value("vllm:num_requests_waiting", "gauge", look.waiting);
    page.value("vllm:kv_cache_usage_perc", "gauge", look.usage);
    page.value("vllm:prefix_cache_queries_total", "counter", look.totals.prompt_tokens);
    page.value("vllm:prefix_cache_hits_total", "counter", look.totals.prefix_hits);
    page.value("vllm:prompt_tokens_total", "counter", look.totals.prompt_tokens);
    page.value("vllm:generation_tokens_total", "counter", look.totals.generation_tokens);
    page.value("vllm:num_preemptions_total", "counter", 0);
    page.value("vllm:request_success_total", "counter", look.totals.served);
    page.head("vllm:cache_config_info", "gauge");
    page.line(&format!(
        "vllm:cache_config_info{{engine=\"0\",block_size=\"{}\",num_gpu_blocks=\"{}\"}} 1",
        config.block_size, look.blocks
    ));
    if !config.loras.is_empty() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        page.head("vllm:lora_requests_info", "gauge");
        page.line(&format!(
            "vllm:lora_requests_info{{max_lora=\"{}\",running_lora_adapters={:?},waiting_lora_adapters={:?}}} {now}",
            config.loras.len(),
            look.running_adapters.join(","),
            look.waiting_adapters.join(",")
        ));
    }
    look.totals.first_token.print(&mut page, "vllm:time_to_first_token_seconds");
    look.totals.whole.print(&mut page, "vllm:e2e_request_latency_seconds");
    look.totals.queued.print(&mut page, "vllm:request_queue_time_seconds");
    page.text
}
