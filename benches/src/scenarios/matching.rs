//! `match/<kind of rules>/<rules>`: a whole decision whose backendRef names a backend itself, so that nearly all of it is finding the rule.

use super::Scenario;
use super::world::{self, decisions};

/// Manifests with so many rules.
type Text = fn(usize) -> String;

pub(super) fn list() -> Vec<Scenario> {
    let kinds: [(&str, Text); 3] =
        [("exact", world::exact_rules), ("mixed", world::mixed_rules), ("hosts", world::hosts)];
    let sizes = [10, 100, 1_000, 10_000];
    let all = kinds.iter().flat_map(|kind| sizes.map(|size| (*kind, size)));
    // A text holds fewer routes than ten thousand, and as many rules with a thousand expressions compile for half a minute.
    let all = all.filter(|((name, _), rules)| *name == "exact" || *rules <= 1_000);
    all.map(|((name, text), rules)| {
        let scenario = Scenario::new(format!("match/{name}/{rules}"), move || {
            let router = world::to_backends(&text(rules));
            decisions(&router, world::Asked { host: world::host(rules), ..world::Asked::rules(rules) })
        });
        if rules == 1_000 { scenario.counted() } else { scenario }
    })
    .collect()
}
