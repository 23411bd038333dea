//! What takes one of the endpoints that are left.

use super::hash_key::HashKey;

/// Takes one of the endpoints that are left, and more of them in the order in which they are to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Picker {
    /// The highest score; chance decides among equals.
    MaxScore,
    /// Each endpoint is as likely as any other; scores are not looked at.
    Random,
    /// Each endpoint is as likely as its share of all scores; where no score is above 0, as any other.
    WeightedRandom,
    /// In turn; scores are not looked at.
    RoundRobin,
    /// The higher score of two endpoints drawn by chance.
    TwoChoice,
    /// The endpoint that the request's key belongs to; scores are not looked at.
    ///
    /// Requests with one key meet at one endpoint as long as it is there, ready, and left by the filters; while it is not, its keys go to many others, and
    /// those of the others stay. Endpoints have equal shares of all keys. When one goes for good, a small part of the others' keys move too: less than 1 in
    /// 100 of 64 endpoints. Nearly all move when a pool grows beyond 655 endpoints or shrinks to that. A request without key goes to any endpoint, each as
    /// likely as any other.
    ///
    /// Constant cost: a look at a table that each pool has (Maglev; Eisenbud et al., NSDI 2016), at most 64 where endpoints are out. Where less than a tenth of
    /// the endpoints are left, some decisions compare those that are, which is linear in them. The table takes 131 KB up to 655 endpoints and 1.3 MB beyond;
    /// it is made anew when an endpoint comes or goes.
    ConsistentHash(HashKey),
}

impl Picker {
    /// The type name, as EndpointPickerConfig and explanations have it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::MaxScore => "max-score-picker",
            Self::Random => "random-picker",
            Self::WeightedRandom => "weighted-random-picker",
            Self::RoundRobin => "round-robin-picker",
            Self::TwoChoice => "two-choice-picker",
            Self::ConsistentHash(_) => "consistent-hash-picker",
        }
    }

    /// The header that it reads.
    pub(crate) fn header(&self) -> Option<&str> {
        match self {
            Self::ConsistentHash(HashKey::Header(header)) => Some(header),
            _ => None,
        }
    }
}
