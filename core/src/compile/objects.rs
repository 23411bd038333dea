//! The objects of a load by kind and name, each name once.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::missing::{Directory, Missing};
use super::report::Report;
use super::route::Route;
use crate::ids::{BackendIx, Ix, ObjectName, PoolIx};
use crate::manifest::{
    BackendSpec, Body, Code, EnvoyBackendSpec, GatewaySpec, GrantSpec, Kind, Labels, ListenerSetSpec,
    ModelSpec, Object, ObjectMeta, ObjectiveSpec, PoolSpec, RewriteSpec, RouteFilterSpec, ServicePortWire,
    ServiceSpec, Source,
};
use crate::plan::Options;
use crate::units::port;

/// An object with its full name and where it came from.
pub(super) struct Named<'s, Spec> {
    pub(super) name: ObjectName,
    pub(super) object: &'s Object<Spec>,
    pub(super) source: &'s Source,
}

/// Every object that counts. Lists are in the order of the texts; the numbers of the plan are positions in them.
#[derive(Default)]
pub(super) struct Objects<'s> {
    pub(super) routes: Vec<Route<'s>>,
    pub(super) backends: Vec<Named<'s, BackendSpec>>,
    pub(super) pools: Vec<Named<'s, PoolSpec>>,
    pub(super) models: Vec<Named<'s, ModelSpec>>,
    pub(super) rewrites: Vec<Named<'s, RewriteSpec>>,
    pub(super) objectives: Vec<Named<'s, ObjectiveSpec>>,
    pub(super) grants: Vec<Named<'s, GrantSpec>>,
    pub(super) gateways: Vec<Named<'s, GatewaySpec>>,
    pub(super) listener_sets: Vec<Named<'s, ListenerSetSpec>>,
    /// Services with the ports that they state.
    pub(super) services: Vec<(ObjectName, &'s [ServicePortWire])>,
    backend_numbers: HashMap<ObjectName, BackendIx>,
    pool_numbers: HashMap<ObjectName, PoolIx>,
    gateway_numbers: HashMap<ObjectName, usize>,
    /// Services and Envoy Gateway Backends, by name; and the namespaces that have any Service.
    plain: HashSet<(Kind, ObjectName)>,
    directory: OnceCell<Directory>,
    service_namespaces: HashSet<String>,
    envoy_backends: HashMap<ObjectName, &'s EnvoyBackendSpec>,
    route_filters: HashMap<ObjectName, &'s RouteFilterSpec>,
    namespace_labels: HashMap<&'s str, &'s Labels>,
}

impl<'s> Objects<'s> {
    pub(super) fn collect(sources: &'s [Source], options: &Options, report: &mut Report) -> Self {
        let default_namespace = &options.default_namespace;
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
                objects.take(name, source, options);
            }
        }
        objects
    }

    fn take(&mut self, name: ObjectName, source: &'s Source, options: &Options) {
        match &source.body {
            Body::AiRoute(_) | Body::HttpRoute(_) | Body::GrpcRoute(_) => {
                self.routes.extend(Route::of(source, name, options.catch_all))
            }
            Body::Backend(object) => {
                self.backend_numbers.insert(name.clone(), BackendIx::new(self.backends.len()));
                self.backends.push(Named { name, object, source });
            }
            Body::Pool(object) => {
                self.pool_numbers.insert(name.clone(), PoolIx::new(self.pools.len()));
                self.pools.push(Named { name, object, source });
            }
            Body::Gateway(object) => {
                self.gateway_numbers.insert(name.clone(), self.gateways.len());
                self.gateways.push(Named { name, object, source });
            }
            Body::ListenerSet(object) => self.listener_sets.push(Named { name, object, source }),
            Body::Model(object) => self.models.push(Named { name, object, source }),
            Body::Rewrite(object) => self.rewrites.push(Named { name, object, source }),
            Body::Objective(object) => self.objectives.push(Named { name, object, source }),
            Body::Grant(object) => self.grants.push(Named { name, object, source }),
            Body::Plain(Kind::Namespace, object) => {
                self.namespace_labels.insert(&object.metadata.name, &object.metadata.labels);
            }
            Body::EnvoyBackend(object) => {
                self.plain.insert((Kind::Backend, name.clone()));
                self.envoy_backends.insert(name, &object.spec);
            }
            Body::RouteFilter(object) => {
                self.route_filters.insert(name, &object.spec);
            }
            Body::Service(object) => {
                self.service_namespaces.insert(name.namespace().to_owned());
                self.services.push((name.clone(), object.spec.as_ref().map_or(&[], ServiceSpec::ports)));
                self.plain.insert((Kind::Service, name));
            }
            Body::Plain(kind, _) => {
                self.plain.insert((*kind, name));
            }
        }
    }

    pub(super) fn backend(&self, name: &ObjectName) -> Option<BackendIx> {
        self.backend_numbers.get(name).copied()
    }

    pub(super) fn pool(&self, name: &ObjectName) -> Option<PoolIx> {
        self.pool_numbers.get(name).copied()
    }

    /// A Gateway with its place among all.
    pub(super) fn gateway(&self, name: &ObjectName) -> Option<(usize, &Named<'s, GatewaySpec>)> {
        let number = *self.gateway_numbers.get(name)?;
        Some((number, self.gateways.get(number)?))
    }

    /// Whether a Service or Backend exists. As long as its namespace has no Service among the manifests, a Service is taken on trust: routes are often
    /// loaded without the Services of the cluster.
    pub(super) fn has_plain(&self, kind: Kind, name: &ObjectName) -> bool {
        self.plain.contains(&(kind, name.clone()))
            || (kind == Kind::Service && !self.service_namespaces.contains(name.namespace()))
    }

    /// What to say of a reference to an object that is not there.
    pub(super) fn missing(&self, kind: Kind, name: &ObjectName) -> Missing {
        let directory = self.directory.get_or_init(|| {
            let backends = self.backends.iter().map(|named| (Kind::AIServiceBackend, &named.name));
            let pools = self.pools.iter().map(|named| (Kind::InferencePool, &named.name));
            let gateways = self.gateways.iter().map(|named| (Kind::Gateway, &named.name));
            let sets = self.listener_sets.iter().map(|named| (Kind::ListenerSet, &named.name));
            let plain = self.plain.iter().map(|(kind, name)| (*kind, name));
            let filters = self.route_filters.keys().map(|name| (Kind::HTTPRouteFilter, name));
            Directory::of(backends.chain(pools).chain(gateways).chain(sets).chain(plain).chain(filters))
        });
        directory.missing(kind, name)
    }

    /// Host and port of an Envoy Gateway Backend that has one address.
    pub(super) fn backend_address(&self, name: &ObjectName) -> Option<(Box<str>, u16)> {
        let (host, number) = self.envoy_backends.get(name)?.address()?;
        // IPv6 goes in brackets before a port.
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        Some((host.into(), port(number)?))
    }

    pub(super) fn route_filter(&self, name: &ObjectName) -> Option<&'s RouteFilterSpec> {
        self.route_filters.get(name).copied()
    }

    pub(super) fn namespace_labels(&self, namespace: &str) -> Option<&Labels> {
        self.namespace_labels.get(namespace).copied()
    }

    /// Whether a route of `kind` and `namespace` may refer to an object: within one namespace always, across only with a ReferenceGrant there.
    pub(super) fn permits(&self, route: (Kind, &str), groups: &[&str], kind: Kind, to: &ObjectName) -> bool {
        let (from_kind, from_namespace) = route;
        let grants = self.grants.iter().filter(|grant| grant.name.namespace() == to.namespace());
        from_namespace == to.namespace()
            || grants.map(|grant| &grant.object.spec).any(|spec| {
                let is_from = spec.from.iter().any(|from| {
                    from_kind.groups().contains(&from.group.as_str())
                        && from.kind == from_kind.as_str()
                        && from.namespace == from_namespace
                });
                let is_to = spec.to.iter().any(|target| {
                    groups.contains(&target.group.as_str())
                        && target.kind == kind.as_str()
                        && target.name.as_deref().is_none_or(|name| name.is_empty() || name == to.name())
                });
                is_from && is_to
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
pub(super) fn age(meta: &ObjectMeta, name: &ObjectName) -> (bool, String, ObjectName) {
    (meta.created.is_none(), meta.created.clone().unwrap_or_default(), name.clone())
}
