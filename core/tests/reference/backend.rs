//! Which backendRef of a rule is taken, and what it names: section "Choosing a backend".

use serde_json::{Value, json};

use super::Refusal;
use super::draw::Draw;
use super::grants;
use super::load::{Object, POOL_GROUPS, World, items};
use super::matching::Matched;

/// A backendRef and what it names. The object of a Service or Backend need not be among the manifests.
pub(crate) struct Chosen<'a> {
    pub(crate) reference: &'a Value,
    pub(crate) kind: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) object: Option<Object<'a>>,
}

impl Chosen<'_> {
    /// `namespace/name`.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// What `expect` says of it.
    pub(crate) fn expected(&self) -> Value {
        json!({"kind": self.kind, "namespace": self.namespace, "name": self.name})
    }
}

/// The refs of a rule that have a weight and were not drawn yet, in the order of the list.
pub(crate) struct Undrawn<'a>(Vec<&'a Value>);

impl<'a> Undrawn<'a> {
    /// All refs of the rule that take part.
    pub(crate) fn of_rule(matched: &Matched<'a>) -> Result<Undrawn<'a>, Refusal> {
        let all = items(&matched.rule_json["backendRefs"]);
        if all.is_empty() {
            return Err((500, "no_backend_refs"));
        }
        let weighted: Vec<&Value> = all.iter().filter(|reference| weight(reference) > 0).collect();
        if weighted.is_empty() { Err((500, "no_weight")) } else { Ok(Undrawn(weighted)) }
    }

    /// The priorities of the refs that are left, each once, the smallest first.
    pub(crate) fn priorities(&self) -> Vec<u64> {
        let mut priorities: Vec<u64> = self.0.iter().map(|reference| priority(reference)).collect();
        priorities.sort_unstable();
        priorities.dedup();
        priorities
    }

    /// Draws by weight among the refs of a priority and takes the drawn one out; the last needs no draw.
    pub(crate) fn draw(&mut self, wanted: u64, draw: &mut Draw) -> Option<&'a Value> {
        let places: Vec<usize> =
            (0..self.0.len()).filter(|place| priority(self.0[*place]) == wanted).collect();
        let weights: Vec<u64> = places.iter().map(|place| weight(self.0[*place])).collect();
        match places.len() {
            0 => None,
            1 => Some(self.0.remove(places[0])),
            _ => Some(self.0.remove(places[draw.weighted(&weights)])),
        }
    }
}

/// What a ref of the matched rule names, if it may and if it is there.
pub(crate) fn resolve<'a>(
    world: &World<'a>,
    matched: &Matched<'a>,
    reference: &'a Value,
) -> Result<Chosen<'a>, Refusal> {
    resolve_for(world, &matched.route, reference)
}

/// Whether a ref that leads nowhere takes the route out; a pool that is not there does not.
pub(crate) fn is_frozen(world: &World, route: &Object) -> bool {
    let mut references = items(&route.spec()["rules"]).iter().flat_map(|rule| items(&rule["backendRefs"]));
    world.freeze_route
        && route.kind == "AIGatewayRoute"
        && references.any(|reference| match resolve_for(world, route, reference) {
            Ok(_) => false,
            Err((_, reason)) => reason == "ref_not_permitted" || reference["kind"] != "InferencePool",
        })
}

fn resolve_for<'a>(
    world: &World<'a>,
    route: &Object<'a>,
    reference: &'a Value,
) -> Result<Chosen<'a>, Refusal> {
    let kind = kind(route.kind, reference).ok_or((500, "backend_not_found"))?;
    let namespace = reference["namespace"].as_str().unwrap_or(route.namespace);
    let name = reference["name"].as_str().unwrap_or("");
    if !grants::permits(world, route, kind, namespace, name) {
        return Err((500, "ref_not_permitted"));
    }
    let object = world.find(kind, namespace, name).copied();
    let is_trusted = kind == "Service" && !world.of_kind(kind).any(|object| object.namespace == namespace);
    if object.is_none() && !is_trusted {
        return Err((500, "backend_not_found"));
    }
    Ok(Chosen { reference, kind, namespace, name, object })
}

/// The kind that a ref names, none if it is not a backend.
fn kind<'a>(route: &str, reference: &'a Value) -> Option<&'a str> {
    if route == "AIGatewayRoute" {
        return Some(reference["kind"].as_str().unwrap_or("AIServiceBackend"));
    }
    let kind = reference["kind"].as_str().unwrap_or("Service");
    let group = reference["group"].as_str().unwrap_or("");
    let is_backend = match kind {
        "Service" => group.is_empty() && reference["port"].is_u64(),
        "InferencePool" => POOL_GROUPS.contains(&group),
        "AIServiceBackend" => group == "aigateway.envoyproxy.io",
        "Backend" => group == "gateway.envoyproxy.io",
        "InferencePoolImport" => group == "inference.networking.x-k8s.io",
        _ => false,
    };
    if is_backend { Some(kind) } else { None }
}

fn weight(reference: &Value) -> u64 {
    reference["weight"].as_u64().unwrap_or(1)
}

fn priority(reference: &Value) -> u64 {
    reference["priority"].as_u64().unwrap_or(0)
}
