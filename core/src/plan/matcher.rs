//! All matches of all rules in one order of precedence, and the index that finds the first that holds.
//!
//! Matches that ask for exact values of the same set of fields form a group with one hash table over those values. A request is looked up once a
//! group, so the cost follows the number of different sets, not the number of rules. Whatever else a match asks for is tested on the few
//! entries the tables return.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::field::Field;
use super::pattern::Pattern;
use crate::convert::{index, number};
use crate::ids::{Ix, NameIx, Rank, RuleIx, Table};

/// All fields that any condition of a plan looks at.
pub(crate) type Fields = Table<NameIx, Field>;

/// One match of one rule.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) rule: RuleIx,
    /// Position in the rule's list of matches.
    pub(crate) match_index: usize,
    /// What must hold, at most one condition a field, exact ones first and by number.
    pub(crate) conditions: Box<[Condition]>,
    /// A wildcard hostname. An exact one is a condition like any other.
    pub(crate) host: Option<HostPattern>,
}

/// What one field must be.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) name: NameIx,
    pub(crate) test: Test,
}

#[derive(Clone, Debug)]
pub(crate) enum Test {
    Exact(Box<[u8]>),
    Pattern(Pattern),
}

/// `*.example.com`, kept as `.example.com` in lower case.
#[derive(Clone, Debug)]
pub(crate) struct HostPattern {
    /// The number of [`Field::Host`].
    pub(crate) name: NameIx,
    pub(crate) suffix: Box<[u8]>,
}

/// Why a match does not hold: the first of its conditions that fails.
#[derive(Clone, Copy, Debug)]
pub struct Miss<'p> {
    pub(crate) field: &'p Field,
    pub(crate) cause: MissCause,
}

/// What is wrong with the field of a [`Miss`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MissCause {
    Absent,
    Differs,
    /// Does not match the regular expression.
    Unlike,
}

impl fmt::Display for Miss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.field, self.cause) {
            (Field::Host, _) => f.write_str("the host is none of the route's hostnames"),
            (Field::PathPrefix(_), _) => f.write_str("the path does not begin with the prefix"),
            (field, MissCause::Absent) => write!(f, "{field} is absent"),
            (field, MissCause::Differs) => write!(f, "{field} has another value"),
            (field, MissCause::Unlike) => write!(f, "{field} does not match the expression"),
        }
    }
}

/// The matches that are considered together.
#[derive(Debug)]
pub(crate) struct Matcher {
    entries: Table<Rank, Entry>,
    /// By their best rank, so that the search can stop early.
    groups: Box<[Group]>,
    hasher: FixedState,
}

/// The entries that ask for exact values of the same names.
#[derive(Debug)]
struct Group {
    names: Box<[NameIx]>,
    best: Rank,
    slots: Box<[Slot]>,
    /// Runs of equal hash, each in order of rank.
    ranks: Box<[Rank]>,
}

/// A place in a table with linear probing; `len` 0 is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u64,
    start: u32,
    len: u32,
}

impl Matcher {
    /// `entries` in order of precedence.
    pub(crate) fn new(entries: Vec<Entry>) -> Self {
        let hasher = FixedState::default();
        let mut sets: BTreeMap<Vec<NameIx>, Vec<(u64, Rank)>> = BTreeMap::new();
        for (position, entry) in entries.iter().enumerate() {
            let exact = || entry.conditions.iter().filter_map(|c| Some((c.name, c.test.exact()?)));
            let hash = hash_of(&hasher, exact().map(|(_, value)| value));
            sets.entry(exact().map(|(name, _)| name).collect())
                .or_default()
                .push((hash, Rank::new(position)));
        }
        let mut groups: Vec<Group> =
            sets.into_iter().map(|(names, members)| Group::new(names, members)).collect();
        groups.sort_by_key(|group| group.best);
        Self { entries: entries.into_iter().collect(), groups: groups.into(), hasher }
    }

    pub(crate) fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The first entry, in order of precedence, all of whose conditions hold. `values` in the order of the plan's fields.
    pub(crate) fn search(&self, fields: &Fields, values: &[Option<&[u8]>]) -> Option<&Entry> {
        let mut best: Option<Rank> = None;
        for group in &self.groups {
            if best.is_some_and(|best| best < group.best) {
                break;
            }
            let Some(hash) = self.hash_values(&group.names, values) else { continue };
            for &rank in group.candidates(hash) {
                if best.is_some_and(|best| best < rank) {
                    break;
                }
                if self.entries[rank].miss(fields, values).is_none() {
                    best = Some(rank);
                    break;
                }
            }
        }
        best.map(|rank| &self.entries[rank])
    }

    /// The hash of the values of `names`, `None` where one is absent.
    fn hash_values(&self, names: &[NameIx], values: &[Option<&[u8]>]) -> Option<u64> {
        let mut hasher = self.hasher.build_hasher();
        for &name in names {
            hasher.write(value(values, name)?);
        }
        Some(hasher.finish())
    }
}

impl Entry {
    /// What keeps the entry from holding, `None` if it holds.
    pub(crate) fn miss<'p>(&'p self, fields: &'p Fields, values: &[Option<&[u8]>]) -> Option<Miss<'p>> {
        if let Some(pattern) = &self.host {
            let host = value(values, pattern.name).unwrap_or_default();
            // A wildcard stands for at least one label.
            if host.len() <= pattern.suffix.len() || !host.ends_with(&pattern.suffix) {
                return Some(Miss { field: &fields[pattern.name], cause: MissCause::Differs });
            }
        }
        self.conditions.iter().find_map(|condition| {
            let field = &fields[condition.name];
            let Some(found) = value(values, condition.name) else {
                return Some(Miss { field, cause: MissCause::Absent });
            };
            match &condition.test {
                Test::Exact(wanted) => {
                    (**wanted != *found).then_some(Miss { field, cause: MissCause::Differs })
                }
                Test::Pattern(pattern) => {
                    (!pattern.is_match(found)).then_some(Miss { field, cause: MissCause::Unlike })
                }
            }
        })
    }
}

impl Test {
    fn exact(&self) -> Option<&[u8]> {
        match self {
            Self::Exact(value) => Some(value),
            Self::Pattern(_) => None,
        }
    }
}

impl Group {
    fn new(names: Vec<NameIx>, mut members: Vec<(u64, Rank)>) -> Self {
        let best = members.first().map_or(Rank::new(0), |(_, rank)| *rank);
        members.sort_unstable();
        let runs = members.chunk_by(|a, b| a.0 == b.0).count();
        let mut slots = vec![Slot::default(); (runs * 2).next_power_of_two()];
        let mut start = 0u32;
        for run in members.chunk_by(|a, b| a.0 == b.0) {
            let len = number(run.len());
            let hash = run.first().map_or(0, |(hash, _)| *hash);
            let free = probe(slots.len(), hash).find(|at| slots.get(*at).is_some_and(|slot| slot.len == 0));
            if let Some(slot) = free.and_then(|at| slots.get_mut(at)) {
                *slot = Slot { hash, start, len };
            }
            start = start.saturating_add(len);
        }
        Self {
            names: names.into(),
            best,
            slots: slots.into(),
            ranks: members.into_iter().map(|(_, rank)| rank).collect(),
        }
    }

    /// The ranks whose exact values hash to `hash`, in order.
    #[inline]
    fn candidates(&self, hash: u64) -> &[Rank] {
        for at in probe(self.slots.len(), hash) {
            match self.slots.get(at) {
                Some(slot) if slot.len > 0 && slot.hash == hash => {
                    let start = index(slot.start);
                    return self.ranks.get(start..start + index(slot.len)).unwrap_or_default();
                }
                Some(slot) if slot.len > 0 => {}
                _ => break,
            }
        }
        &[]
    }
}

/// The places to look at for a hash, in turn, in a table whose size is a power of two.
#[inline]
#[expect(clippy::as_conversions, reason = "only the low bits are wanted")]
fn probe(size: usize, hash: u64) -> impl Iterator<Item = usize> {
    let mask = size - 1;
    (0..size).map(move |step| (hash as usize).wrapping_add(step) & mask)
}

fn hash_of<'v>(hasher: &FixedState, values: impl Iterator<Item = &'v [u8]>) -> u64 {
    let mut hasher = hasher.build_hasher();
    for value in values {
        hasher.write(value);
    }
    hasher.finish()
}

#[inline]
fn value<'v>(values: &[Option<&'v [u8]>], name: NameIx) -> Option<&'v [u8]> {
    values.get(name.position()).copied().flatten()
}
