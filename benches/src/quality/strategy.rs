//! Who is compared.

use inferroute::PredictedCompletion;

use super::shipped;
use crate::peers::{self, Costs};
use crate::sim::{Gateway, Hardware};

/// A way to choose endpoints.
pub struct Strategy {
    /// Its name in tables and filters.
    pub name: String,
    /// Its part in the comparison.
    pub role: Role,
    make: Make,
}

type Make = Box<dyn Fn(u64, &Site<'_>) -> Box<dyn Gateway> + Send + Sync>;

/// What a gateway stands in front of.
#[derive(Clone, Copy, Debug)]
pub struct Site<'h> {
    /// What the endpoints run on.
    pub hardware: &'h Hardware,
}

/// The part of a strategy in the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The shipped router as it is recommended. The bars are about the first of these.
    Shipped,
    /// The same, told wrong costs of the hardware.
    Miscalibrated,
    /// The same without one of its parts.
    Ablated,
    /// A rule of another system.
    Peer,
}

impl Strategy {
    /// A strategy of this name and part. `make` is told the seed of a replica and what it stands in front of.
    pub fn new(
        name: &str,
        role: Role,
        make: impl Fn(u64, &Site<'_>) -> Box<dyn Gateway> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.to_owned(), role, make: Box::new(make) }
    }

    /// A gateway that follows it; equal seeds, equal choices.
    pub fn gateway(&self, seed: u64, site: &Site<'_>) -> Box<dyn Gateway> {
        (self.make)(seed, site)
    }

    /// All strategies: the crate's own, which are `recommended` and what is compared with it, then the peers, each told the true costs of the hardware if
    /// it asks for costs.
    pub fn all(recommended: PredictedCompletion) -> Vec<Self> {
        let mut all = shipped::shipped(recommended);
        all.extend(peers::all().iter().map(|peer| {
            Self::new(peer.name, Role::Peer, |seed, site| peer.gateway_with(seed, costs(site.hardware)))
        }));
        all
    }
}

fn costs(hardware: &Hardware) -> Costs {
    Costs {
        per_token: hardware.linear * hardware.eff / 1e3,
        per_pair: hardware.attention * hardware.eff / 1e3,
        kv_tokens: hardware.kv_tokens,
    }
}

#[cfg(test)]
mod tests {
    use inferroute::PredictedCompletion;

    use super::{Costs, Strategy, costs};
    use crate::sim::Hardware;

    #[test]
    fn peers_are_told_the_costs_of_the_hardware() {
        let told = Hardware::by_name("8b").map(|hardware| costs(&hardware));
        let Some(Costs { per_token, per_pair, kv_tokens }) = told else { panic!("8b") };
        let known = Costs::default();
        assert!((per_token - known.per_token).abs() < 1e-15);
        assert!((per_pair - known.per_pair).abs() < 1e-20);
        assert_eq!(kv_tokens, known.kv_tokens);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<String> =
            Strategy::all(PredictedCompletion::default()).into_iter().map(|strategy| strategy.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(count > 10);
    }
}
