//! What a backendRef of a route means.

use std::collections::HashMap;

use super::filters::{FilterReader, Filtered};
use super::objects::Objects;
use super::report::Report;
use super::resolve::service_host;
use super::route::Route;
use crate::ids::{BackendIx, Ix, ObjectName, PoolIx};
use crate::manifest::{BackendRefWire, BodyMutationWire, Code, HeaderMutationWire, Kind, Labels};
use crate::nearest::with_nearest;
use crate::plan::{Backend, BackendRef, InvalidBackendRefs, Mutations, Options, Target};
use crate::units::{Weight, port};

/// The Services and Backends that routes name themselves, each with a number among the plan's backends.
pub(super) struct Services<'a> {
    backends: &'a mut Vec<Backend>,
    numbers: HashMap<(Kind, ObjectName, Option<u16>), BackendIx>,
}

impl<'a> Services<'a> {
    pub(super) fn new(backends: &'a mut Vec<Backend>) -> Self {
        Self { backends, numbers: HashMap::new() }
    }

    fn number(
        &mut self,
        objects: &Objects<'_>,
        kind: Kind,
        name: &ObjectName,
        port: Option<u16>,
    ) -> BackendIx {
        let next = BackendIx::new(self.backends.len());
        *self.numbers.entry((kind, name.clone(), port)).or_insert_with(|| {
            let (host, port) = match kind {
                Kind::Service => (Some(service_host(name.name(), name.namespace())), port),
                Kind::Backend => objects.backend_address(name).unzip(),
                // How the endpoints of another cluster are reached is the host's to know.
                _ => (None, None),
            };
            self.backends.push(Backend { name: name.clone(), host, port, labels: Labels::new() });
            next
        })
    }

    /// A reference to a Service as it stands.
    pub(super) fn service(&mut self, objects: &Objects<'_>, name: &ObjectName, port: u16) -> BackendRef {
        let target = Target::Backend(self.number(objects, Kind::Service, name, Some(port)));
        straight(name, Kind::Service, target, Mutations::default())
    }
}

/// A reference to a pool as it stands.
pub(super) fn pool(objects: &Objects<'_>, number: PoolIx, name: &ObjectName) -> BackendRef {
    let mutations = Mutations { app_protocol: app_protocol(objects, number), ..Mutations::default() };
    straight(name, Kind::InferencePool, Target::Pool(number), mutations)
}

/// The only reference of its rule.
fn straight(name: &ObjectName, kind: Kind, target: Target, mutations: Mutations) -> BackendRef {
    BackendRef {
        name: name.clone(),
        kind: kind.as_str(),
        weight: Weight::DEFAULT.get(),
        priority: 0,
        target,
        mutations,
        model: None,
    }
}

fn app_protocol(objects: &Objects<'_>, pool: PoolIx) -> Option<String> {
    objects.pools.get(pool.position())?.object.spec.app_protocol.clone()
}

/// Whether a reference of this route that leads nowhere takes the route out.
pub(super) fn freezes(options: &Options, route: &Route<'_>) -> bool {
    route.kind == Kind::AIGatewayRoute && options.invalid_backend_refs == InvalidBackendRefs::FreezeRoute
}

/// One backendRef of one route.
pub(super) struct Resolver<'a> {
    pub(super) objects: &'a Objects<'a>,
    pub(super) options: &'a Options,
    pub(super) route: &'a Route<'a>,
    pub(super) filters: &'a FilterReader<'a>,
    /// Where the reference stands in the route.
    pub(super) path: String,
}

impl Resolver<'_> {
    /// What the reference means; `None` where it is refused.
    pub(super) fn resolve(
        &self,
        wire: &BackendRefWire,
        rule: &Filtered,
        services: &mut Services<'_>,
        report: &mut Report,
    ) -> Option<BackendRef> {
        let from = self.route.name.namespace();
        let namespace = wire.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or(from);
        let name = ObjectName::new(namespace, &wire.name);
        let kind = if self.route.kind == Kind::AIGatewayRoute {
            Some(self.ai_kind(wire, report)?)
        } else {
            self.gateway_kind(wire, report)
        };
        if kind == Some(Kind::InferencePool) && !self.options.inference_extension {
            let message = format!(
                "InferencePool `{}` is referenced while the option `inference_extension` is off",
                wire.name
            );
            self.report(
                report,
                Code::InferenceExtensionOff,
                "kind",
                message,
                "turn `inference_extension` on when loading, or name another backend",
            );
            return None;
        }
        let target =
            kind.map_or(Target::NotFound, |kind| self.target(kind, &name, wire.port, services, report));
        let own = self.own_mutations(target);
        let mut filtered = self.filters.of_ref(rule, wire, own, &self.path, report);
        if let Target::Pool(number) = target {
            filtered.mutations.app_protocol = app_protocol(self.objects, number);
        }
        let target = if filtered.is_broken { Target::Broken } else { target };
        let model = wire
            .model_name_override
            .as_deref()
            .filter(|model| kind == Some(Kind::AIServiceBackend) && !model.is_empty());
        Some(BackendRef {
            name,
            kind: kind.map_or("", Kind::as_str),
            weight: wire.weight.map_or(Some(Weight::DEFAULT), Weight::try_new)?.get(),
            priority: u32::try_from(wire.priority.unwrap_or_default()).ok()?,
            target,
            mutations: filtered.mutations,
            model: model.map(Into::into),
        })
    }

    /// What the AIServiceBackend itself asks to change.
    fn own_mutations(&self, target: Target) -> (Option<&HeaderMutationWire>, Option<&BodyMutationWire>) {
        let Target::Backend(number) = target else { return (None, None) };
        let spec = self.objects.backends.get(number.position()).map(|backend| &backend.object.spec);
        (
            spec.and_then(|spec| spec.header_mutation.as_ref()),
            spec.and_then(|spec| spec.body_mutation.as_ref()),
        )
    }

    /// The kind that an AIGatewayRoute refers to; another one is an error of the text.
    fn ai_kind(&self, wire: &BackendRefWire, report: &mut Report) -> Option<Kind> {
        let kind = match wire.kind.as_deref().unwrap_or(Kind::AIServiceBackend.as_str()) {
            "AIServiceBackend" => Kind::AIServiceBackend,
            "InferencePool" => Kind::InferencePool,
            other => {
                let message = format!("a backendRef of an AIGatewayRoute cannot name a {other}");
                let help = "name an AIServiceBackend (the default) or an InferencePool";
                let help = with_nearest(other, ["AIServiceBackend", "InferencePool"], help);
                self.report(report, Code::UnknownBackendKind, "kind", message, &help);
                return None;
            }
        };
        let groups = kind.groups();
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
        Some(kind)
    }

    /// The kind that an HTTPRoute or GRPCRoute refers to, `None` where it is no backend: Gateway API answers that share of requests 500.
    fn gateway_kind(&self, wire: &BackendRefWire, report: &mut Report) -> Option<Kind> {
        let group = wire.group.as_deref().unwrap_or_default();
        let kind = wire.kind.as_deref().unwrap_or(Kind::Service.as_str());
        let known = [
            Kind::Service,
            Kind::InferencePool,
            Kind::InferencePoolImport,
            Kind::AIServiceBackend,
            Kind::Backend,
        ];
        let found = known.into_iter().find(|known| known.as_str() == kind && known.groups().contains(&group));
        if found == Some(Kind::Service) && wire.port.is_none() {
            let message =
                format!("Service `{}` is referenced without a port; its share is answered 500", wire.name);
            self.report(report, Code::NotABackend, "name", message, "add the port to reach the Service on");
            return None;
        }
        if found.is_none() {
            let message = format!("`{kind}` of group `{group}` is not a backend; its share is answered 500");
            let help = "name a Service, an InferencePool, an InferencePoolImport, an AIServiceBackend or a Backend, each with its group";
            let help = with_nearest(kind, known.map(Kind::as_str), help);
            self.report(report, Code::NotABackend, "kind", message, &help);
        }
        found
    }

    fn target(
        &self,
        kind: Kind,
        name: &ObjectName,
        at: Option<i64>,
        services: &mut Services<'_>,
        report: &mut Report,
    ) -> Target {
        let from = self.route.name.namespace();
        if !self.route.is_of_mesh()
            && !self.objects.permits((self.route.kind, from), kind.groups(), kind, name)
        {
            let message = format!(
                "{} {name} is in another namespace and no ReferenceGrant there permits it; {}",
                kind.as_str(),
                self.consequence(kind, false)
            );
            let help = format!(
                "add a ReferenceGrant to namespace {} from {} of namespace {from}",
                name.namespace(),
                self.route.kind.as_str()
            );
            self.report(report, Code::NotPermitted, "namespace", message, &help);
            return Target::NotPermitted;
        }
        let found = match kind {
            Kind::InferencePool => self.objects.pool(name).map(Target::Pool),
            Kind::AIServiceBackend => self.objects.backend(name).map(Target::Backend),
            _ => self
                .objects
                .has_plain(kind, name)
                .then(|| Target::Backend(services.number(self.objects, kind, name, at.and_then(port)))),
        };
        found.unwrap_or_else(|| {
            let message = format!("there is no {} {name}; {}", kind.as_str(), self.consequence(kind, true));
            let missing = self.objects.missing(kind, name);
            let path = format!("{}.name", self.path);
            report.missing(self.route.source, Code::NotFound, &path, message, missing);
            Target::NotFound
        })
    }

    fn consequence(&self, kind: Kind, is_absent: bool) -> &'static str {
        if freezes(self.options, self.route) && !(is_absent && kind == Kind::InferencePool) {
            "the route takes no part"
        } else {
            "its share is answered 500"
        }
    }

    fn report(&self, report: &mut Report, code: Code, field: &str, message: String, help: &str) {
        report.add(self.route.source, code, &format!("{}.{field}", self.path), message, help);
    }
}
