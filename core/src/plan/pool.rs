//! Pools, the models they serve, and the service backends that stand alone or in a pool.

use std::collections::HashMap;

use super::shares::Shares;
use crate::ids::{BackendIx, ObjectName};
use crate::manifest::{Criticality, Labels};

/// An InferencePool: how its members are found and what models it serves.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) name: ObjectName,
    /// Labels that a reported endpoint must carry.
    pub(crate) selector: Labels,
    /// The AIServiceBackends that are members; none where the selector means reported endpoints only.
    pub(crate) backends: Box<[BackendIx]>,
    /// At least one. A reported endpoint without a port of its own is one member for each.
    pub(crate) ports: Box<[u16]>,
    pub(crate) models: Models,
}

/// The models of a pool.
#[derive(Debug, Default)]
pub(crate) struct Models {
    list: Vec<Model>,
    by_name: HashMap<Box<str>, usize, foldhash::fast::FixedState>,
    /// For every name that has no model of its own.
    generic: Option<usize>,
    /// The names that InferenceModels declare, with their importance.
    declared: HashMap<Box<str>, Option<Criticality>, foldhash::fast::FixedState>,
}

impl Models {
    /// Adds a model under the name that clients send, unless an earlier one has it.
    pub(crate) fn add(&mut self, name: &str, model: Model) {
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.into(), self.list.len());
            self.list.push(model);
        }
    }

    /// Adds the model for every other name, unless an earlier one is.
    pub(crate) fn add_generic(&mut self, model: Model) {
        if self.generic.is_none() {
            self.generic = Some(self.list.len());
            self.list.push(model);
        }
    }

    /// Adds a model that an InferenceModel declares.
    pub(crate) fn declare(&mut self, name: &str, model: Model) {
        self.declared.entry(name.into()).or_insert(model.criticality);
        self.add(name, model);
    }

    /// Whether an InferenceModel declares the name, and with what importance; `None` where it does not although others are declared.
    pub(crate) fn declared(&self, name: &str) -> Option<Option<Criticality>> {
        if self.declared.is_empty() { Some(None) } else { self.declared.get(name).copied() }
    }

    /// The model that clients call `name`, with its number.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, &Model)> {
        let number = self.by_name.get(name).copied().or(self.generic)?;
        Some((number, self.list.get(number)?))
    }

    /// The model with this number.
    pub(crate) fn get(&self, number: usize) -> Option<&Model> {
        self.list.get(number)
    }
}

/// An InferenceModel.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) criticality: Option<Criticality>,
    pub(crate) targets: Targets,
}

/// What a model name stands for.
#[derive(Debug)]
pub(crate) struct Targets {
    /// Empty: the name stands for itself.
    pub(crate) names: Box<[Box<str>]>,
    /// `None`: each target is as likely as any other.
    pub(crate) shares: Option<Shares>,
}

/// An AIServiceBackend.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) name: ObjectName,
    /// Host name of the Service behind it, `None` for anything but a Service.
    pub(crate) host: Option<Box<str>>,
    pub(crate) port: Option<u16>,
    pub(crate) labels: Labels,
}

impl Backend {
    /// `host:port`, where both are known.
    pub(crate) fn address(&self, port: Option<u16>) -> Option<Box<str>> {
        Some(format!("{}:{}", self.host.as_ref()?, port?).into_boxed_str())
    }
}
