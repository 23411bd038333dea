//! The backendRefs of a rule, resolved.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::mutations::Mutations;
use super::shares::Shares;
use crate::ids::{BackendIx, ObjectName, PoolIx};

/// All backendRefs of a rule, with the shares of those that take part.
#[derive(Debug)]
pub(crate) struct BackendSet {
    pub(crate) refs: Box<[BackendRef]>,
    /// Positions in `refs` of those that take part: positive weight and the smallest priority among such.
    pub(crate) taking_part: Box<[usize]>,
    /// Shares of `taking_part`, `None` where nothing takes part.
    pub(crate) shares: Option<Shares>,
    /// The priorities in which any ref has weight, ascending.
    pub(crate) priorities: Box<[u32]>,
    /// How many refs have weight.
    pub(crate) weighted: usize,
}

/// One backendRef.
#[derive(Debug)]
pub(crate) struct BackendRef {
    pub(crate) name: ObjectName,
    pub(crate) kind: &'static str,
    pub(crate) weight: u64,
    pub(crate) priority: u32,
    pub(crate) target: Target,
    pub(crate) mutations: Mutations,
    /// The model to ask this backend for, whatever the client asked.
    pub(crate) model: Option<Box<str>>,
}

/// What a backendRef stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Backend(BackendIx),
    Pool(PoolIx),
    /// No such object among the manifests.
    NotFound,
    /// In another namespace, without a ReferenceGrant.
    NotPermitted,
    /// A filter of the reference cannot be followed.
    Broken,
}

impl BackendRef {
    pub(crate) fn as_name(&self) -> BackendName<'_> {
        BackendName { kind: self.kind, namespace: self.name.namespace(), name: self.name.name() }
    }
}

impl BackendSet {
    pub(crate) fn new(refs: Vec<BackendRef>) -> Self {
        let first = refs.iter().filter(|r| r.weight > 0).map(|r| r.priority).min();
        let taking_part: Box<[usize]> = refs
            .iter()
            .enumerate()
            .filter(|(_, r)| r.weight > 0 && Some(r.priority) == first)
            .map(|(position, _)| position)
            .collect();
        let weights = taking_part.iter().filter_map(|position| refs.get(*position)).map(|r| r.weight);
        let shares = Shares::new(weights);
        let weighted = refs.iter().filter(|r| r.weight > 0);
        let priorities: BTreeSet<u32> = weighted.clone().map(|r| r.priority).collect();
        Self {
            taking_part,
            shares,
            priorities: priorities.into_iter().collect(),
            weighted: weighted.count(),
            refs: refs.into(),
        }
    }
}

/// A backendRef as it was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BackendName<'s> {
    /// `AIServiceBackend` or `InferencePool`.
    pub kind: &'s str,
    /// The namespace, also where the reference left it out.
    pub namespace: &'s str,
    /// The name.
    pub name: &'s str,
}

impl fmt::Display for BackendName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}
