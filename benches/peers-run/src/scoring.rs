//! Rating every endpoint by load and by what it holds of a prompt.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use dynamo_kv_router::protocols::{RoutingConstraints, WorkerConfigLike, WorkerId, WorkerWithDpRank};
use dynamo_kv_router::scheduling::{OverlapSignals, ScheduleMode};
use dynamo_kv_router::{
    DefaultWorkerSelector, KvRouterConfig, SchedulingRequest, WorkerLoadProjection, WorkerSelectionInput,
    WorkerSelector,
};
use inferroute::{BlockHashes, Prompt, Request, Scope};
use rustc_hash::FxHashMap;

use crate::hashing::{BLOCK, hasher};
use crate::measure::Contender;
use crate::ours::{self, NO_HEADERS, NOW, tokens};
use crate::report::Report;

/// Tokens of the prompt.
const PROMPT: usize = 2_048;

pub fn run(report: &mut Report) {
    report.group(
        "Score every endpoint",
        &[
            "Queue, KV cache and prefix over all endpoints, which hold 0 to 31 parts of 64 tokens of a prompt of 2,048. inferroute: the whole `Router::decide`, with",
            "the index walked for hashes that are there, or from tokens. dynamo-kv-router: `DefaultWorkerSelector::select_worker` with overlaps and loads looked up",
            "before and given in maps; how it comes to them is the next group but one.",
        ],
    );
    let prompt = tokens(9, PROMPT);
    let mut hashes = BlockHashes::new();
    hasher().hash(&Scope::new("model"), Prompt::Tokens(&prompt), &mut hashes);
    for endpoints in [8, 64, 512, 4096] {
        let router = ours::by_scorers(ours::default_scorers(), endpoints);
        for n in 0..endpoints {
            ours::teach(&router, n, Prompt::Blocks(&hashes.as_slice()[..n % 32 * 4]));
            ours::teach(&router, n, Prompt::Tokens(&prompt[..n % 32 * 64]));
        }
        let hashed = Request::new(&NO_HEADERS).prompt(Prompt::Blocks(hashes.as_slice()));
        let raw = Request::new(&NO_HEADERS).prompt(Prompt::Tokens(&prompt));
        let (workers, request) = dynamo(endpoints);
        let select = |temperature| {
            let config = KvRouterConfig { router_temperature: temperature, ..KvRouterConfig::default() };
            let selector = DefaultWorkerSelector::new(Some(config), "decode");
            let (workers, request) = (&workers, &request);
            move || {
                let eligible = request.eligibility();
                let input = WorkerSelectionInput::configured(
                    black_box(workers),
                    black_box(request),
                    eligible,
                    BLOCK as u32,
                );
                selector.select_worker(input).expect("there are some")
            }
        };
        report.measure(
            &format!("{endpoints} endpoints"),
            vec![
                Contender::new("inferroute, hashed before", || {
                    router.decide(black_box(&hashed), NOW).is_ok()
                }),
                Contender::new("inferroute, from tokens", || router.decide(black_box(&raw), NOW).is_ok()),
                Contender::new("dynamo-kv-router default selector, temperature 0", select(0.0)),
                Contender::new("dynamo-kv-router default selector, temperature 0.7", select(0.7)),
            ],
        );
    }
}

struct Config(HashSet<String>);

impl WorkerConfigLike for Config {
    fn data_parallel_start_rank(&self) -> u32 {
        0
    }

    fn data_parallel_size(&self) -> u32 {
        1
    }

    fn max_num_batched_tokens(&self) -> Option<u64> {
        None
    }

    fn total_kv_blocks(&self) -> Option<u64> {
        Some(131_072)
    }

    fn taints(&self) -> &HashSet<String> {
        &self.0
    }
}

/// The same endpoints as dynamo's selector takes them.
fn dynamo(endpoints: usize) -> (HashMap<WorkerId, Config>, SchedulingRequest) {
    let mut workers = HashMap::new();
    let mut overlap = FxHashMap::default();
    let mut cached = FxHashMap::default();
    let mut loads = FxHashMap::default();
    for n in 0..endpoints {
        let worker = WorkerWithDpRank::from_worker_id(n as WorkerId);
        workers.insert(n as WorkerId, Config(HashSet::new()));
        overlap.insert(worker, (n % 32 * 4) as f64);
        cached.insert(worker, n % 32 * 64);
        let load = WorkerLoadProjection {
            active_prefill_tokens: n * 5 % 11 * 1024,
            active_decode_blocks: n * 3 % 17 * 256,
            active_requests: n * 5 % 11,
            ..WorkerLoadProjection::default()
        };
        loads.insert(worker, load);
    }
    let request = SchedulingRequest {
        mode: ScheduleMode::QueryOnly { request_id: None },
        token_seq: None,
        isl_tokens: PROMPT,
        lora_name: None,
        expected_output_tokens: None,
        affinity_target: None,
        pinned_worker: None,
        allowed_worker_ids: None,
        routing_constraints: RoutingConstraints::default(),
        router_config_override: None,
        track_prefill_tokens: true,
        priority_jump: 0.0,
        strict_priority: 0,
        policy_class: None,
        session_context: None,
        overlap: OverlapSignals {
            tier_overlap_blocks: Default::default(),
            effective_overlap_blocks: overlap,
            effective_cached_tokens: cached,
        },
        kv_transfer_candidates: None,
        retain_kv_transfer_chain: false,
        shared_cache_hits: None,
        worker_loads: loads,
        resp_tx: None,
    };
    (workers, request)
}
