//! `compile/<kind of rules>/<rules>`: a text to a plan; `read/..` its first part, a text to manifests. `reload/..`: another plan published.

use inferroute::{Manifests, Options, Router};

use super::Scenario;
use super::world;

pub(super) fn list() -> Vec<Scenario> {
    let compile = |text: &str| {
        let plan = Manifests::from_yaml(text).and_then(|manifests| manifests.compile(&Options::default()));
        plan.unwrap_or_else(|problems| panic!("{problems}"))
    };
    let mut list = Vec::new();
    for rules in [10, 100, 1_000, 10_000] {
        list.push(Scenario::new(format!("compile/exact/{rules}"), move || {
            let text = world::exact_rules(rules);
            Box::new(move || compile(&text).rules().len() as u64)
        }));
        list.push(Scenario::new(format!("read/exact/{rules}"), move || {
            let text = world::exact_rules(rules);
            Box::new(move || u64::from(Manifests::from_yaml(&text).is_ok()))
        }));
    }
    list.push(Scenario::new("compile/mixed/1000".into(), move || {
        let text = world::mixed_rules(1_000);
        Box::new(move || compile(&text).rules().len() as u64)
    }));
    for endpoints in [8, 512] {
        list.push(Scenario::new(format!("reload/100-rules/{endpoints}"), move || {
            let router: Router =
                world::with_options(&world::exact_rules(100), endpoints, &Options::default());
            let plan = std::sync::Arc::new(compile(&world::exact_rules(100)));
            Box::new(move || {
                router.update(std::sync::Arc::clone(&plan));
                router.snapshot().version()
            })
        }));
    }
    list
}
