//! Fifty-five tenants of Zipf sizes, each with lengths, a system prompt and burstiness of its own, as ServeGen (arXiv 2505.09999) describes clients of
//! production services: few send most, and each differs in shape from the sum.

use super::session::{Loop, Session, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload, Zipf};

struct Tenant {
    next: f64,
    gap: f64,
    shape: f64,
    system: Text,
    prompt: f64,
    output: f64,
}

/// The workload of this seed.
pub(super) fn generate(seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint) = (Draw::of("tenants", seed), Mint::default());
    let sizes = Zipf::new(55, 1.2);
    let mut tenants: Vec<Tenant> = (0..55)
        .map(|rank| {
            let (gap, shape) = (0.1 / sizes.share(rank), draw.between(0.15, 1.0));
            Tenant {
                next: draw.unit() * gap,
                gap,
                shape,
                system: Text::new(draw.tokens(800.0, 1.0, 0, 8_000), &mut mint),
                prompt: draw.lognormal(1_500.0, 1.0).clamp(100.0, 12_000.0),
                output: draw.lognormal(200.0, 0.7).clamp(20.0, 800.0),
            }
        })
        .collect();
    workload("tenants", Loop::Open, requests, || {
        let mut first = 0;
        for number in 1..tenants.len() {
            if tenants[number].next < tenants[first].next {
                first = number;
            }
        }
        let tenant = &mut tenants[first];
        let start = tenant.next;
        tenant.next += draw.gamma(tenant.shape, tenant.gap);
        let text = tenant.system.with(draw.tokens(tenant.prompt, 0.8, 8, 60_000), &mut mint);
        let output = draw.tokens(tenant.output, 0.8, 1, 2_000);
        Session { tenant: first as u32, ..Session::single(start, &text, output) }
    })
}
