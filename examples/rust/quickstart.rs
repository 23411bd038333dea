//! Three requests through the two-rule manifest, and why the next one would go where it goes.

use inferroute::{Manifests, Nanos, Options, Request, Router};

const MANIFEST: &str = include_str!("../manifests/two_rules.yaml");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let plan = Manifests::from_yaml(MANIFEST)?.compile(&Options::default())?;
    let router = Router::new(plan, 7);
    let now = Nanos::new(0);

    for value in ["yes", "no", "maybe"] {
        let headers = [("x-target-inference-extension", value)];
        match router.decide(&Request::new(&headers).model("chat"), now) {
            Ok(decision) => println!(
                "{value}: {} rule {} -> {} -> {} at {}, model {}",
                decision.route(),
                decision.rule(),
                decision.backend(),
                decision.endpoint(),
                decision.address().unwrap_or("an address the host knows"),
                decision.model_override().unwrap_or("chat"),
            ),
            Err(no_route) => println!("{value}: {no_route}"),
        }
    }

    let headers = [("X-Target-Inference-Extension", "yes")];
    println!("\n{}", router.explain(&Request::new(&headers).model("chat"), now));
    Ok(())
}
