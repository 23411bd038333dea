//! Named numbers of endpoints that the host reports.

/// The range of an attribute in [`Scorer::EndpointAttribute`](super::Scorer::EndpointAttribute).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Normalization {
    /// From the least to the most among the candidates.
    #[default]
    Adaptive,
    /// Always the same; values outside count as its ends. One that is empty rates 1.
    Fixed {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
}

/// Settings of [`Filter::EndpointAttribute`](super::Filter::EndpointAttribute).
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeFilter {
    /// The attribute's name.
    pub attribute: String,
    /// How its value must compare with `value`.
    pub comparison: Comparison,
    /// What it compares with.
    pub value: f64,
    /// Whether endpoints stay whose attribute is missing or stale. Upstream's default (`onMissing: Pass`): yes.
    pub keep_missing: bool,
    /// Whether everyone stays where nobody's attribute compares. Upstream's default: no.
    pub fallback_on_empty: bool,
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// `LessThan`.
    Less,
    /// `LessThanOrEqual`.
    LessOrEqual,
    /// `GreaterThan`.
    Greater,
    /// `GreaterThanOrEqual`.
    GreaterOrEqual,
    /// `Equal`.
    Equal,
    /// `NotEqual`.
    NotEqual,
}

impl AttributeFilter {
    /// Keeps endpoints whose attribute compares with `value`, and those without it.
    pub fn new(attribute: &str, comparison: Comparison, value: f64) -> Self {
        let attribute = attribute.to_owned();
        Self { attribute, comparison, value, keep_missing: true, fallback_on_empty: false }
    }
}

impl Comparison {
    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::NotEqual => left != right,
        }
    }
}
