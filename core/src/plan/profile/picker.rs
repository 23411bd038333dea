//! What takes one of the endpoints that are left.

/// Takes one of the endpoints that are left, and more of them in the order in which they are to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

impl Picker {
    /// The type name, as EndpointPickerConfig and explanations have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxScore => "max-score-picker",
            Self::Random => "random-picker",
            Self::WeightedRandom => "weighted-random-picker",
            Self::RoundRobin => "round-robin-picker",
            Self::TwoChoice => "two-choice-picker",
        }
    }
}
