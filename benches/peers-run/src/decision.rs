//! A whole decision that looks at prefixes, from the tokens of a prompt to the endpoint.

use std::hint::black_box;
use std::sync::Arc;

use dynamo_kv_router::identity::RoutingPartitionId;
use dynamo_kv_router::indexer::KvIndexerInterface;
use dynamo_kv_router::protocols::RoutingConstraints;
use dynamo_kv_router::services::indexer::backend::Indexer;
use dynamo_kv_router::services::selection::{
    PromptView, SelectionAdmission, SelectionCacheConfig, SelectionCore, SelectionOperation,
    SelectionOutcome, SessionBinding, WorkerRequest,
};
use dynamo_kv_router::{KvRouterConfig, WorkerSelectionPolicy};
use inferroute::{PredictedCompletion, Profile, Prompt, Request, Router, Scorer};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::hashing::{BLOCK, LENGTHS};
use crate::index::held;
use crate::measure::Contender;
use crate::ours::{self, NO_HEADERS, NOW, tokens};
use crate::peer_index::{Held, dynamo_event};
use crate::report::Report;

pub fn run(report: &mut Report, runtime: &Runtime) {
    report.group(
        "Decide with the prompt",
        &[
            "From tokens to the name of the endpoint, one in eight of which holds some of the prompt. inferroute: `Router::decide`, with rule and backendRef, one",
            "endpoint; scorers of queue, KV cache and prefix, or the default strategy. dynamo-kv-router: `SelectionCore::run_selection` on a current-thread runtime,",
            "a query without booking, the prompt borrowed, its tracking hashes included as its own `select` has them; it goes through a queue and channels.",
            "`and count it`: `route` and `finish`, against a booking and its release (`select_and_reserve` without copying the prompt).",
        ],
    );
    for endpoints in [8, 64, 512] {
        for (name, count) in LENGTHS {
            let prompt = tokens(5, count);
            let held = held(endpoints, &prompt);
            let scoring = taught(ours::default_scorers(), endpoints, &held);
            let completion = Scorer::PredictedCompletion(PredictedCompletion::default());
            let default = taught(Profile::new("default").scorer(completion, 1.0), endpoints, &held);
            let core = core(endpoints, &held, runtime);
            let request = Request::new(&NO_HEADERS).prompt(Prompt::Tokens(&prompt));
            report.measure(
                &format!("{name}, {endpoints}"),
                vec![
                    decide("inferroute, queue + KV cache + prefix", &scoring, request),
                    decide("inferroute, predicted_completion", &default, request),
                    Contender::new("dynamo-kv-router, selection core", || {
                        runtime.block_on(select(&core, black_box(&prompt), None))
                    }),
                ],
            );
            let mut number = 0_u64;
            report.measure(
                &format!("{name}, {endpoints}, counted"),
                vec![
                    Contender::new("inferroute, queue + KV cache + prefix, and count it", || {
                        scoring.route(black_box(&request), NOW).map(|ticket| ticket.finish()).is_ok()
                    }),
                    Contender::new("dynamo-kv-router, selection core, and book it", || {
                        number += 1;
                        let id = format!("request-{number}");
                        runtime.block_on(async {
                            select(&core, black_box(&prompt), Some(id.clone())).await;
                            core.free_reservation(&id).await.expect("it was booked");
                        });
                    }),
                ],
            );
        }
    }
}

fn decide<'r>(who: &str, router: &'r Router, request: Request<'r>) -> Contender<'r> {
    let decision = router.decide(&request, NOW).expect("there is an endpoint");
    if decision.cached_tokens() == 0 {
        println!("{who} picks an endpoint that holds nothing of the prompt");
    }
    Contender::new(who, move || {
        router.decide(black_box(&request), NOW).map(|decision| decision.endpoint().len()).ok()
    })
}

fn taught(profile: Profile, endpoints: usize, held: &Held) -> Router {
    let router = ours::by_scorers(profile, endpoints);
    for (n, tokens) in held {
        ours::teach(&router, *n, Prompt::Tokens(tokens));
    }
    router
}

/// Dynamo's core with the same endpoints, which hold the same.
fn core(endpoints: usize, held: &Held, runtime: &Runtime) -> SelectionCore {
    let config =
        KvRouterConfig { use_kv_events: true, router_queue_threshold: None, ..KvRouterConfig::default() };
    let core = SelectionCore::try_new_local(
        config,
        // More than one, so that its concurrent tree is read on the thread that asks.
        2,
        CancellationToken::new(),
        SelectionCacheConfig::default(),
        Arc::new(|config, role, _| {
            WorkerSelectionPolicy::reference(config.clone(), role.default_selector_label())
        }),
    )
    .expect("the configuration is its default");
    runtime.block_on(async {
        for n in 0..endpoints {
            let worker = WorkerRequest {
                worker_id: n as u64,
                endpoint: Some(format!("http://vllm-{n:04}:8000")),
                // Nobody answers there; what is held is told below.
                kv_events_endpoint: Some(format!("tcp://127.0.0.1:{}", 40_000 + n)),
                block_size: Some(BLOCK as u32),
                max_num_batched_tokens: Some(8192),
                ..WorkerRequest::default()
            };
            core.upsert_worker(worker).await.expect("the worker is complete");
        }
        let partition =
            core.partition(&RoutingPartitionId::new("default", "default")).expect("there are workers");
        let indexer = partition.indexer().clone();
        for (number, (n, tokens)) in held.iter().enumerate() {
            indexer
                .apply_event_routed(dynamo_event(*n as u64, number as u64 + 1, tokens))
                .await
                .expect("in order");
        }
        match &indexer {
            Indexer::Single { primary, .. } => _ = primary.flush().await,
            Indexer::Concurrent { primary, .. } => _ = primary.flush().await,
            _ => {}
        }
    });
    core
}

/// One selection, booked under an id or not at all.
async fn select(core: &SelectionCore, prompt: &[u32], id: Option<String>) -> usize {
    let admission = match id {
        Some(selection_id) => SelectionAdmission::Book { selection_id },
        None => SelectionAdmission::Query { request_id: None },
    };
    let view = PromptView {
        token_ids: Some(prompt),
        mm_routing_info: None,
        block_mm_infos: None,
        block_hashes: None,
        sequence_hashes: None,
        isl_tokens: None,
        lora_name: None,
        cache_namespace: None,
        is_eagle: None,
    };
    let operation = SelectionOperation {
        key: RoutingPartitionId::new("default", "default"),
        prompt: view,
        router_config_override: None,
        expected_output_tokens: None,
        priority_jump: 0.0,
        strict_priority: 0,
        policy_class: None,
        session_context: None,
        session: SessionBinding::None,
        affinity_target: None,
        pinned_worker: None,
        allowed_worker_ids: None,
        routing_constraints: RoutingConstraints::default(),
        admission,
        track_active_blocks: true,
        return_routing_hashes: false,
        replay_id: None,
    };
    match core.run_selection(operation).await.result.expect("there is a worker") {
        SelectionOutcome::Selected(selected) => selected.endpoint.map_or(0, |endpoint| endpoint.len()),
        SelectionOutcome::QueueRejected { .. } => panic!("no queue has a limit here"),
    }
}
