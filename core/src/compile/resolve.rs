//! Names to numbers: which backends, pools and models the references mean.

use std::collections::HashMap;

use super::objects::{Named, Objects, age};
use super::report::Report;
use crate::ids::{BackendIx, Ix, ObjectName, RouteIx};
use crate::manifest::{
    AI_GATEWAY, BackendRefWire, BackendSpec, Code, Criticality, INFERENCE, INFERENCE_V1, Kind, Labels,
    ModelSpec, PoolSpec, RouteSpec, Selector,
};
use crate::plan::{
    Backend, BackendRef, BackendSet, Model, Models, Options, Pool, Rule, Shares, Target, Targets,
};
use crate::units::{Weight, port};

/// The routes' names and all their rules, numbered across routes.
#[derive(Default)]
pub(super) struct Routes {
    pub(super) names: Vec<ObjectName>,
    pub(super) rules: Vec<Rule>,
}

/// The service backends, in the order of the texts.
pub(super) fn backends(objects: &Objects<'_>) -> Vec<Backend> {
    objects
        .backends
        .iter()
        .map(|backend| {
            let service = &backend.object.spec.backend_ref;
            let is_service = service.kind.as_deref().is_none_or(|kind| kind == "Service");
            let namespace = service.namespace.as_deref().unwrap_or_else(|| backend.name.namespace());
            let host = is_service
                .then(|| format!("{}.{namespace}.svc.cluster.local", service.name).into_boxed_str());
            Backend { name: backend.name.clone(), host, port: service.port.and_then(port) }
        })
        .collect()
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

/// Whether `labels` hold every pair of `selector`.
pub(crate) fn has_labels(labels: &Labels, selector: &Labels) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn ports(spec: &PoolSpec) -> Box<[u16]> {
    let listed = spec.target_ports.iter().map(|target| target.number);
    let single = spec.target_port_number.filter(|_| spec.target_ports.is_empty());
    listed.chain(single).filter_map(port).collect()
}

/// The models of each pool, by the pool's position. Of several InferenceModels with one name the older counts.
fn models(objects: &Objects<'_>, report: &mut Report) -> HashMap<usize, Models> {
    let mut by_age: Vec<&Named<'_, ModelSpec>> = objects.models.iter().collect();
    by_age.sort_by_key(|model| age(model));
    let mut pools: HashMap<usize, Models> = HashMap::new();
    for model in by_age {
        let spec = &model.object.spec;
        let pool = ObjectName::new(model.name.namespace(), &spec.pool_ref.name);
        let Some(pool) = objects.pool(&pool) else {
            let message = format!("there is no InferencePool {pool}");
            report.add(
                model.source,
                Code::NotFound,
                "spec.poolRef.name",
                message,
                "load the pool too, or correct the name",
            );
            continue;
        };
        let weighted = spec.target_models.first().is_some_and(|first| first.weight.is_some());
        let weight = |weight: Option<i64>| weight.and_then(Weight::try_new).map_or(0, Weight::get);
        let shares = weighted
            .then(|| Shares::new(spec.target_models.iter().map(|target| weight(target.weight))))
            .flatten();
        let names = spec.target_models.iter().map(|target| target.name.as_str().into()).collect();
        let targets = Targets { names, shares };
        let model = Model { criticality: spec.criticality.as_deref().and_then(Criticality::parse), targets };
        pools.entry(pool.position()).or_default().add(&spec.model_name, model);
    }
    pools
}

/// The routes with their rules, in the order of the texts.
pub(super) fn routes(objects: &Objects<'_>, options: &Options, report: &mut Report) -> Routes {
    let mut routes = Routes::default();
    for (position, route) in objects.routes.iter().enumerate() {
        for (index, rule) in route.object.spec.rules.iter().enumerate() {
            let refs = rule.backend_refs.iter().enumerate().filter_map(|(b, backend)| {
                let path = format!("spec.rules[{index}].backendRefs[{b}]");
                Resolver { objects, options, route, path }.resolve(backend, report)
            });
            let backends = BackendSet::new(refs.collect());
            let name = rule.name.as_deref().map(Into::into);
            routes.rules.push(Rule { route: RouteIx::new(position), index, name, backends });
        }
        routes.names.push(route.name.clone());
    }
    routes
}

/// One backendRef of one route.
struct Resolver<'a> {
    objects: &'a Objects<'a>,
    options: &'a Options,
    route: &'a Named<'a, RouteSpec>,
    path: String,
}

impl Resolver<'_> {
    /// What the reference means; `None` where it is refused.
    fn resolve(&self, wire: &BackendRefWire, report: &mut Report) -> Option<BackendRef> {
        let kind = self.kind(wire, report)?;
        let from = self.route.name.namespace();
        let namespace = wire.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or(from);
        let name = ObjectName::new(namespace, &wire.name);
        let target = self.target(kind, from, &name, report);
        let model = wire
            .model_name_override
            .as_deref()
            .filter(|model| kind == Kind::AIServiceBackend && !model.is_empty());
        Some(BackendRef {
            name,
            kind: kind.as_str(),
            weight: wire.weight.map_or(Some(Weight::DEFAULT), Weight::try_new)?.get(),
            priority: u32::try_from(wire.priority.unwrap_or_default()).ok()?,
            target,
            model: model.map(Into::into),
        })
    }

    fn kind(&self, wire: &BackendRefWire, report: &mut Report) -> Option<Kind> {
        let kind = match wire.kind.as_deref().unwrap_or(Kind::AIServiceBackend.as_str()) {
            "AIServiceBackend" => Kind::AIServiceBackend,
            "InferencePool" => Kind::InferencePool,
            other => {
                let message = format!("a backendRef cannot name a {other}");
                let help = "name an AIServiceBackend (the default) or an InferencePool";
                self.report(report, Code::UnknownBackendKind, "kind", message, help);
                return None;
            }
        };
        let groups = if kind == Kind::InferencePool { INFERENCE } else { AI_GATEWAY };
        if let Some(group) = wire.group.as_deref().filter(|group| !groups.contains(group)) {
            let message = format!("group `{group}` does not define {}", kind.as_str());
            let help = format!(
                "leave the group out, or write {} together with kind {}",
                groups.first().unwrap_or(&""),
                kind.as_str()
            );
            self.report(report, Code::GroupKindMismatch, "group", message, &help);
            return None;
        }
        if kind == Kind::InferencePool && !self.options.inference_extension {
            let message = format!(
                "InferencePool `{}` is referenced while the option `inference_extension` is off",
                wire.name
            );
            self.report(
                report,
                Code::InferenceExtensionOff,
                "kind",
                message,
                "turn `inference_extension` on when loading, or name an AIServiceBackend",
            );
            return None;
        }
        Some(kind)
    }

    fn target(&self, kind: Kind, from: &str, name: &ObjectName, report: &mut Report) -> Target {
        let (groups, found) = match kind {
            Kind::InferencePool => (INFERENCE, self.objects.pool(name).map(Target::Pool)),
            _ => (AI_GATEWAY, self.objects.backend(name).map(Target::Backend)),
        };
        if !self.objects.permits(from, groups, kind, name) {
            let message = format!(
                "{} {name} is in another namespace and no ReferenceGrant there permits it; its share is answered 500",
                kind.as_str()
            );
            let help = format!(
                "add a ReferenceGrant to namespace {} from AIGatewayRoute of namespace {from}",
                name.namespace()
            );
            self.report(report, Code::NotPermitted, "namespace", message, &help);
            return Target::NotPermitted;
        }
        found.unwrap_or_else(|| {
            let message = format!("there is no {} {name}; its share is answered 500", kind.as_str());
            self.report(report, Code::NotFound, "name", message, "load the object too, or correct the name");
            Target::NotFound
        })
    }

    fn report(&self, report: &mut Report, code: Code, field: &str, message: String, help: &str) {
        report.add(self.route.source, code, &format!("{}.{field}", self.path), message, help);
    }
}
