//! Names to numbers: which backends, pools and models the references mean.

use std::collections::BTreeSet;

use super::backend_ref::{self, Resolver, Services, freezes};
use super::filters::FilterReader;
use super::mesh;
use super::models::models;
use super::objects::{Named, Objects};
use super::report::Report;
use crate::ids::{BackendIx, Ix, ObjectName, PoolIx, RouteIx, RuleIx};
use crate::manifest::{BackendSpec, Code, INFERENCE_V1, Kind, Labels, PoolSpec, Selector, has_labels};
use crate::plan::{Backend, BackendRef, BackendSet, Options, Pool, Rule, RuleAnswer, Target};
use crate::units::port;

/// The routes' names and all their rules, numbered across routes.
#[derive(Default)]
pub(super) struct Routes {
    pub(super) names: Vec<ObjectName>,
    pub(super) rules: Vec<Rule>,
    /// Positions of the routes that take no part.
    pub(super) frozen: BTreeSet<usize>,
    /// The rule of each pool that leads to it and nowhere else.
    pub(super) of_pools: Vec<(Box<str>, RuleIx)>,
}

impl Routes {
    /// Adds a route of this name with one rule, which goes straight there.
    fn push_straight(&mut self, name: &ObjectName, to: BackendRef) -> RuleIx {
        let rule = RuleIx::new(self.rules.len());
        self.rules.push(Rule {
            route: RouteIx::new(self.names.len()),
            index: 0,
            name: None,
            backends: BackendSet::new(vec![to]),
            prefixes: ["".into()].into(),
            answer: None,
        });
        self.names.push(name.clone());
        rule
    }
}

/// The service backends, in the order of the texts.
pub(super) fn backends(objects: &Objects<'_>, report: &mut Report) -> Vec<Backend> {
    let resolved = objects.backends.iter().map(|backend| {
        let service = &backend.object.spec.backend_ref;
        let namespace = service.namespace.as_deref().unwrap_or_else(|| backend.name.namespace());
        check_service(objects, backend, &ObjectName::new(namespace, &service.name), report);
        let (host, port) = match service.kind.as_deref() {
            None | Some("Service") => {
                (Some(service_host(&service.name, namespace)), service.port.and_then(port))
            }
            Some("Backend") => objects.backend_address(&ObjectName::new(namespace, &service.name)).unzip(),
            Some(_) => (None, None),
        };
        Backend { name: backend.name.clone(), host, port, labels: backend.object.metadata.labels.clone() }
    });
    resolved.collect()
}

/// Reports what an AIServiceBackend stands for, where it is not there.
fn check_service(
    objects: &Objects<'_>,
    backend: &Named<'_, BackendSpec>,
    name: &ObjectName,
    report: &mut Report,
) {
    let kind = match backend.object.spec.backend_ref.kind.as_deref() {
        None | Some("Service") => Kind::Service,
        Some("Backend") => Kind::Backend,
        Some(_) => return,
    };
    if !objects.has_plain(kind, name) {
        let message = format!("there is no {} {name}", kind.as_str());
        let missing = objects.missing(kind, name);
        report.missing(backend.source, Code::NotFound, "spec.backendRef.name", message, missing);
    }
}

/// The name under which a cluster resolves a Service.
pub(super) fn service_host(name: &str, namespace: &str) -> Box<str> {
    format!("{name}.{namespace}.svc.cluster.local").into()
}

/// The pools with their models, in the order of the texts.
pub(super) fn pools(objects: &Objects<'_>, report: &mut Report) -> Vec<Pool> {
    let mut models = models(objects, report);
    objects
        .pools
        .iter()
        .enumerate()
        .map(|(position, pool)| {
            let (selector, selects_backends) = selector(pool);
            let carries = |backend: &Named<'_, BackendSpec>| {
                backend.name.namespace() == pool.name.namespace()
                    && has_labels(&backend.object.metadata.labels, &selector)
            };
            let backends = objects
                .backends
                .iter()
                .enumerate()
                .filter(|(_, backend)| selects_backends && carries(backend));
            Pool {
                name: pool.name.clone(),
                backends: backends.map(|(position, _)| BackendIx::new(position)).collect(),
                ports: ports(&pool.object.spec),
                models: models.remove(&position).unwrap_or_default(),
                selector,
            }
        })
        .collect()
}

/// The labels that members carry, and whether AIServiceBackends are among the members: pools of the first dialects select them, those of v1 do not.
fn selector(pool: &Named<'_, PoolSpec>) -> (Labels, bool) {
    match &pool.object.spec.selector {
        Selector::Empty => (Labels::new(), pool.source.group() != INFERENCE_V1),
        Selector::Flat(labels) => (labels.clone(), true),
        Selector::MatchLabels(labels) => (labels.clone(), false),
    }
}

fn ports(spec: &PoolSpec) -> Box<[u16]> {
    let listed = spec.target_ports.iter().map(|target| target.number);
    let single = spec.target_port_number.filter(|_| spec.target_ports.is_empty());
    listed.chain(single).filter_map(port).collect()
}

/// The routes with their rules, in the order of the texts.
///
/// The Services and Backends that they name join `backends`.
pub(super) fn routes(
    objects: &Objects<'_>,
    options: &Options,
    backends: &mut Vec<Backend>,
    report: &mut Report,
) -> Routes {
    let mut routes = Routes::default();
    let mut services = Services::new(backends);
    for (position, route) in objects.routes.iter().enumerate() {
        let filters = FilterReader { objects, options, route };
        for (index, rule) in route.rules.iter().enumerate() {
            let of_rule = filters.of_rule(index, rule, report);
            let refs = rule.backend_refs.iter().enumerate().filter_map(|(b, backend)| {
                let path = format!("spec.rules[{index}].backendRefs[{b}]");
                Resolver { objects, options, route, filters: &filters, path }.resolve(
                    backend,
                    &of_rule,
                    &mut services,
                    report,
                )
            });
            let backends = BackendSet::new(refs.collect());
            if freezes(options, route) && backends.refs.iter().any(is_missing) {
                routes.frozen.insert(position);
            }
            let answer = if rule.is_catch_all {
                Some(RuleAnswer::NotFound)
            } else if of_rule.is_broken {
                Some(RuleAnswer::Broken)
            } else {
                let direct = of_rule.direct.map(RuleAnswer::Direct);
                direct.or_else(|| of_rule.redirect.map(RuleAnswer::Redirect))
            };
            let prefixes = rule.matches.iter().map(|one| one.path.prefix().into()).collect();
            let name = rule.name.map(Into::into);
            routes.rules.push(Rule {
                route: RouteIx::new(position),
                index,
                name,
                backends,
                prefixes,
                answer,
            });
        }
        routes.names.push(route.name.clone());
    }
    for address in mesh::addresses(objects, options) {
        let service = services.service(objects, address.service, address.port);
        routes.push_straight(address.service, service);
    }
    let pools = objects.pools.iter().filter(|_| options.inference_extension);
    for (position, Named { name, .. }) in pools.enumerate() {
        let rule = routes.push_straight(name, backend_ref::pool(objects, PoolIx::new(position), name));
        routes.of_pools.push((name.as_str().into(), rule));
    }
    routes
}

/// Whether the controller of Envoy AI Gateway gives up at this reference (`newHTTPRoute`): it does not look for pools.
fn is_missing(backend_ref: &BackendRef) -> bool {
    let is_pool = backend_ref.kind == Kind::InferencePool.as_str();
    backend_ref.target == Target::NotPermitted || (backend_ref.target == Target::NotFound && !is_pool)
}
