//! The objects of a load by kind and name, each name once.

use std::collections::{BTreeMap, HashMap};

use super::report::Report;
use crate::ids::{BackendIx, Ix, ObjectName, PoolIx};
use crate::manifest::{
    BackendSpec, Body, Code, FromWire, GrantSpec, Kind, ModelSpec, Object, ObjectMeta, PoolSpec, RouteSpec,
    Source, ToWire,
};

/// An object with its full name and where it came from.
pub(super) struct Named<'s, Spec> {
    pub(super) name: ObjectName,
    pub(super) object: &'s Object<Spec>,
    pub(super) source: &'s Source,
}

/// Every object that counts. Lists are in the order of the texts; the numbers of the plan are positions in them.
#[derive(Default)]
pub(super) struct Objects<'s> {
    pub(super) routes: Vec<Named<'s, RouteSpec>>,
    pub(super) backends: Vec<Named<'s, BackendSpec>>,
    pub(super) pools: Vec<Named<'s, PoolSpec>>,
    pub(super) models: Vec<Named<'s, ModelSpec>>,
    pub(super) grants: Vec<Named<'s, GrantSpec>>,
    backend_numbers: HashMap<ObjectName, BackendIx>,
    pool_numbers: HashMap<ObjectName, PoolIx>,
}

impl<'s> Objects<'s> {
    pub(super) fn collect(sources: &'s [Source], default_namespace: &str, report: &mut Report) -> Self {
        let mut last: BTreeMap<(Kind, ObjectName), usize> = BTreeMap::new();
        for (position, source) in sources.iter().enumerate() {
            let name = name_of(source.meta(), default_namespace);
            if last.insert((source.kind(), name.clone()), position).is_some() {
                let message = format!("{} {name} appears again; this one counts", source.kind().as_str());
                report.add(
                    source,
                    Code::DuplicateObject,
                    "metadata.name",
                    message,
                    "keep one of the two, or give them different names",
                );
            }
        }
        let mut objects = Self::default();
        for (position, source) in sources.iter().enumerate() {
            let name = name_of(source.meta(), default_namespace);
            if last.get(&(source.kind(), name.clone())) == Some(&position) {
                objects.take(name, source);
            }
        }
        objects
    }

    fn take(&mut self, name: ObjectName, source: &'s Source) {
        match &source.body {
            Body::Route(object) => self.routes.push(Named { name, object, source }),
            Body::Backend(object) => {
                self.backend_numbers.insert(name.clone(), BackendIx::new(self.backends.len()));
                self.backends.push(Named { name, object, source });
            }
            Body::Pool(object) => {
                self.pool_numbers.insert(name.clone(), PoolIx::new(self.pools.len()));
                self.pools.push(Named { name, object, source });
            }
            Body::Model(object) => self.models.push(Named { name, object, source }),
            Body::Grant(object) => self.grants.push(Named { name, object, source }),
        }
    }

    pub(super) fn backend(&self, name: &ObjectName) -> Option<BackendIx> {
        self.backend_numbers.get(name).copied()
    }

    pub(super) fn pool(&self, name: &ObjectName) -> Option<PoolIx> {
        self.pool_numbers.get(name).copied()
    }

    /// Whether an object of `namespace` may be referred to by a route of `from`: within one namespace always, across only with a grant there.
    pub(super) fn permits(&self, from: &str, groups: &[&str], kind: Kind, to: &ObjectName) -> bool {
        from == to.namespace()
            || self.grants.iter().filter(|grant| grant.name.namespace() == to.namespace()).any(|grant| {
                let spec = &grant.object.spec;
                let is_from = |f: &FromWire| {
                    Kind::AIGatewayRoute.groups().contains(&f.group.as_str())
                        && f.kind == Kind::AIGatewayRoute.as_str()
                        && f.namespace == from
                };
                let is_to = |t: &ToWire| {
                    groups.contains(&t.group.as_str())
                        && t.kind == kind.as_str()
                        && t.name.as_deref().is_none_or(|name| name.is_empty() || name == to.name())
                };
                spec.from.iter().any(is_from) && spec.to.iter().any(is_to)
            })
    }
}

/// The name of an object in full.
fn name_of(meta: &ObjectMeta, default_namespace: &str) -> ObjectName {
    ObjectName::new(
        meta.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or(default_namespace),
        &meta.name,
    )
}

/// What puts the older of two objects first: creation time, none being younger than any, then the name.
pub(super) fn age<Spec>(named: &Named<'_, Spec>) -> (bool, String, ObjectName) {
    let created = &named.object.metadata.created;
    (created.is_none(), created.clone().unwrap_or_default(), named.name.clone())
}
