//! The labels that profiles compare for each request, laid out by label so that comparing is comparing numbers.

use super::endpoint::Endpoint;
use crate::plan::Plan;

/// The labels that the plan's profiles read, over the members of a pool.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    by_label: Box<[(Box<str>, Column)]>,
}

/// One label over the members of a pool.
#[derive(Debug)]
pub(crate) struct Column {
    /// Every value that it has, in order.
    values: Box<[Box<str>]>,
    /// What each value says as a range of lengths, `None` where it is no range.
    lengths: Box<[Option<LengthRange>]>,
    /// The number of each member's value.
    numbers: Box<[u32]>,
}

/// From `min` to `max` tokens, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LengthRange {
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// Stands for a label that an endpoint does not have.
const NONE: u32 = u32::MAX;

impl Columns {
    pub(super) fn new<'e>(plan: &Plan, endpoints: impl Iterator<Item = &'e Endpoint> + Clone) -> Self {
        let names = plan.scheduling.label_names();
        let column = |name: &&str| {
            let values =
                endpoints.clone().map(|endpoint| endpoint.labels(plan).get(*name).map(String::as_str));
            ((*name).into(), Column::new(values))
        };
        Self { by_label: names.iter().map(column).collect() }
    }

    /// The column of a label that profiles read.
    pub(crate) fn get(&self, label: &str) -> Option<&Column> {
        self.by_label.iter().find(|(name, _)| &**name == label).map(|(_, column)| column)
    }
}

impl Column {
    fn new<'v>(values: impl Iterator<Item = Option<&'v str>> + Clone) -> Self {
        let mut distinct: Vec<Box<str>> = values.clone().flatten().map(Into::into).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let number = |value: &str| distinct.binary_search_by(|other| (**other).cmp(value)).ok();
        let number = |value: Option<&str>| {
            value.and_then(number).and_then(|number| u32::try_from(number).ok()).unwrap_or(NONE)
        };
        let numbers = values.map(number).collect();
        let lengths = distinct.iter().map(|value| LengthRange::parse(value)).collect();
        Self { values: distinct.into(), lengths, numbers }
    }

    /// The number of a value, `None` where no member has it.
    pub(crate) fn number_of(&self, value: &str) -> Option<u32> {
        let found = self.values.binary_search_by(|other| (**other).cmp(value)).ok()?;
        u32::try_from(found).ok()
    }

    /// The number of the member's value, `None` where it has none.
    #[inline]
    pub(crate) fn number_at(&self, position: usize) -> Option<u32> {
        self.numbers.get(position).copied().filter(|number| *number != NONE)
    }

    /// What the member's value says as a range; the outer `None` where it has no value, the inner where that is no range.
    #[inline]
    pub(crate) fn range_at(&self, position: usize) -> Option<Option<LengthRange>> {
        let number = usize::try_from(self.number_at(position)?).ok()?;
        self.lengths.get(number).copied()
    }
}

impl LengthRange {
    /// `min-max`, with or without spaces around the numbers.
    fn parse(text: &str) -> Option<Self> {
        let (min, max) = text.split_once('-')?;
        let (min, max) = (min.trim().parse().ok()?, max.trim().parse().ok()?);
        (min <= max).then_some(Self { min, max })
    }

    pub(crate) fn contains(self, length: u32) -> bool {
        (self.min..=self.max).contains(&length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_two_numbers_in_order() {
        let range = |min, max| Some(LengthRange { min, max });
        assert_eq!(LengthRange::parse("0-8192"), range(0, 8192));
        assert_eq!(LengthRange::parse(" 7 - 7 "), range(7, 7));
        for text in ["", "-", "5", "5-", "-5", "9-8", "a-b", "1-2-3", "1-99999999999"] {
            assert_eq!(LengthRange::parse(text), None, "{text}");
        }
    }

    #[test]
    fn values_are_compared_by_number() {
        let column = Column::new([Some("b"), None, Some("a"), Some("b"), Some("")].into_iter());
        let numbers: Vec<_> = (0..6).map(|position| column.number_at(position)).collect();
        assert_eq!(numbers, [Some(2), None, Some(1), Some(2), Some(0), None]);
        assert_eq!((column.number_of("a"), column.number_of("c")), (Some(1), None));
        assert_eq!((column.range_at(0), column.range_at(1)), (Some(None), None));
    }
}
