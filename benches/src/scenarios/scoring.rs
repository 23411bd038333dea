//! `score/<profile>/<endpoints>`: a whole decision with scorers, loads polled, a prompt that one endpoint in eight was sent. `score/queue-kv-prefix` has a
//! prompt of 256 tokens, `score/predicted-completion` the default strategy with the same. `score/nothing` is that decision with the prompt hashed and looked
//! up and an endpoint drawn by chance, to be taken off.

use inferroute::{Options, Picker, PredictedCompletion, Profile, Scheduling, Scorer};

use super::Scenario;
use super::world::{self, Asked, decisions};

/// The picker's default: queue, KV cache, prefix.
pub(super) fn queue_kv_prefix() -> Profile {
    Profile::new("default")
        .scorer(Scorer::Queue, 2.0)
        .scorer(Scorer::KvCacheUtilization, 2.0)
        .scorer(Scorer::PrefixCache { match_length_weight: 0.0, match_length_scale_tokens: 8192.0 }, 3.0)
}

fn nothing() -> Profile {
    queue_kv_prefix().picker(Picker::Random)
}

fn predicted_completion() -> Profile {
    Profile::new("default").scorer(Scorer::PredictedCompletion(PredictedCompletion::default()), 1.0)
}

fn queue_kv() -> Profile {
    Profile::new("default").scorer(Scorer::Queue, 2.0).scorer(Scorer::KvCacheUtilization, 2.0)
}

/// Makes a profile.
type Make = fn() -> Profile;

pub(super) fn list() -> Vec<Scenario> {
    let profiles: [(&str, Make, u32); 5] = [
        ("nothing", nothing, 256),
        ("queue-kv", queue_kv, 0),
        ("queue-kv-prefix", queue_kv_prefix, 256),
        ("queue-kv-prefix-32k", queue_kv_prefix, 32_768),
        ("predicted-completion", predicted_completion, 256),
    ];
    let mut list = Vec::new();
    for (name, profile, tokens) in profiles {
        for endpoints in [8, 64, 512, 4_096] {
            let scenario = Scenario::new(format!("score/{name}/{endpoints}"), move || {
                let options =
                    Options::default().scheduling(Scheduling::single(profile())).fallback_endpoints(0);
                let router = world::with_options(&world::exact_rules(1), endpoints, &options);
                world::poll_all(&router, endpoints);
                if tokens > 0 {
                    world::send_to_some(&router, endpoints, &Asked::rules(1).prompt(32_768));
                }
                decisions(&router, Asked::rules(1).prompt(tokens))
            });
            list.push(if endpoints == 64 || endpoints == 512 { scenario.counted() } else { scenario });
        }
    }
    list
}
