//! `chat/<bytes of the body>/<endpoints>`: all that a gateway asks of the library for one chat request: the body read, its model and prompt found, the rule
//! matched, the prompt hashed and looked up, all endpoints scored by queue, KV cache and prefix, one picked.

use std::hint::black_box;
use std::ops::ControlFlow;

use inferroute::{
    Body, BodyFormat, BodyLimits, DecisionRng, NoTrace, Options, Prompt, Request, Scheduling, decide,
};

use super::Scenario;
use super::body::chat;
use super::scoring::queue_kv_prefix;
use super::world::{self, NOW};

pub(super) fn list() -> Vec<Scenario> {
    let sizes = [(4 << 10, 8), (4 << 10, 64), (4 << 10, 512), (128 << 10, 64)];
    let scenario = |(bytes, endpoints): (usize, usize)| {
        Scenario::new(format!("chat/{bytes}/{endpoints}"), move || {
            let options =
                Options::default().scheduling(Scheduling::single(queue_kv_prefix())).fallback_endpoints(0);
            let router = world::with_options(&world::exact_rules(100), endpoints, &options);
            world::poll_all(&router, endpoints);
            let text = chat("model-50", bytes);
            let (headers, limits) = (world::headers(100), BodyLimits::default());
            let mut seed = 0;
            let mut prompt = Vec::new();
            let mut ask = move |is_sent: bool| {
                seed += 1;
                let body =
                    Body::read(black_box(text.as_bytes()), BodyFormat::Chat, &limits).expect("a chat body");
                prompt.clear();
                _ = body.prompt_bytes(|chunk| {
                    prompt.extend_from_slice(chunk);
                    ControlFlow::<()>::Continue(())
                });
                let request = Request::new(&headers).prompt(Prompt::Text(&prompt));
                let request = request.model(body.model().unwrap_or_default());
                if is_sent {
                    drop(router.route(&request, NOW));
                }
                let state = router.snapshot();
                let decision = decide(&state, &request, NOW, &mut DecisionRng::from_seed(seed), &mut NoTrace);
                decision.map_or(0, |decision| u64::from(decision.cached_tokens()) + 1)
            };
            // One endpoint holds the prompt.
            assert!(ask(true) > 1);
            Box::new(move || ask(false))
        })
        .counted()
    };
    sizes.into_iter().map(scenario).collect()
}
