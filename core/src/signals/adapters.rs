//! The LoRA adapters that have requests at an endpoint.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::metrics::LoraReport;
use crate::convert::index;
use crate::rng::name_key;
use crate::units::Nanos;

/// What an endpoint last said of its adapters. Replaced as a whole: a list cannot be changed under a reader.
#[derive(Debug, Default)]
pub(crate) struct Adapters {
    told: ArcSwapOption<Told>,
}

#[derive(Debug)]
struct Told {
    at: Nanos,
    /// Keys of names, in order. Two names with one key, which nobody meets by chance, would count as one.
    active: Box<[u64]>,
    waiting: Box<[u64]>,
    max: u32,
}

/// One adapter at one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdapterUse {
    /// Whether requests that use it run.
    pub(crate) active: bool,
    /// Whether requests that use it wait.
    pub(crate) waiting: bool,
    /// Whether active and waiting adapters, counted apart, are fewer than the limit.
    pub(crate) has_room_apart: bool,
    /// Whether adapters, each counted once, are fewer than the limit.
    pub(crate) has_room: bool,
}

impl Adapters {
    pub(crate) fn set(&self, report: Option<&LoraReport>, at: Nanos) {
        let keys = |names: &[String]| {
            let mut keys: Vec<u64> = names.iter().map(|name| name_key(name)).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.into()
        };
        let told = report.map(|LoraReport { active, waiting, max }| {
            Arc::new(Told { at, active: keys(active), waiting: keys(waiting), max: max.unwrap_or(0) })
        });
        self.told.store(told);
    }

    /// How the adapter with this key is used, as told at `oldest` or later.
    pub(crate) fn usage(&self, key: u64, oldest: Nanos) -> Option<AdapterUse> {
        let told = self.told.load();
        let told = told.as_ref().filter(|told| told.at >= oldest)?;
        let holds = |keys: &[u64], key: u64| keys.binary_search(&key).is_ok();
        let both = || told.waiting.iter().filter(|key| holds(&told.active, **key)).count();
        let (apart, max) = (told.active.len() + told.waiting.len(), index(told.max));
        Some(AdapterUse {
            active: holds(&told.active, key),
            waiting: holds(&told.waiting, key),
            has_room_apart: apart < max,
            has_room: apart < max || apart - both() < max,
        })
    }
}
