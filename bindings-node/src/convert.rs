//! JSON from and to JavaScript: manifests, options, and the tables that describe decisions.

use inferroute::{
    Diagnostic, EndpointView, Format, GroupKind, InvalidBackendRefs, Manifests, Mutations, Options, Plan,
    RuleView, Texts, UnknownFormat, UnknownModel,
};
use serde::{Deserialize, Serialize};

use crate::errors::Failure;

/// The options that change what manifests mean, all of them stated.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OptionsWire {
    strategy: String,
    inference_extension: bool,
    default_namespace: String,
    first_match: bool,
    fallback_endpoints: usize,
    strict: bool,
    unknown_model: UnknownModel,
    envoy_gateway: bool,
    catch_all: bool,
    extension_filters: Vec<GroupKind>,
    mesh: bool,
    invalid_backend_refs: InvalidBackendRefs,
}

/// One text with the name messages show, `None` for the only text of a call.
type TextWire = (Option<String>, String);

/// The name that messages show for a text without one.
const UNNAMED: &str = "manifest";

/// Compiles the manifests in JSON `manifests` under the options in JSON `options`.
pub(crate) fn compile(manifests: &str, options: &str) -> Result<Plan, Failure> {
    let wire: OptionsWire = serde_json::from_str(options).map_err(|e| Failure::option(e.to_string()))?;
    let options = Options::default()
        .strategy(wire.strategy.parse()?)
        .inference_extension(wire.inference_extension)
        .default_namespace(&wire.default_namespace)
        .first_match(wire.first_match)
        .fallback_endpoints(wire.fallback_endpoints)
        .strict(wire.strict)
        .unknown_model(wire.unknown_model)
        .envoy_gateway(wire.envoy_gateway)
        .catch_all(wire.catch_all)
        .extension_filters(wire.extension_filters)
        .mesh(wire.mesh)
        .invalid_backend_refs(wire.invalid_backend_refs);
    let mut loaded = Manifests::default();
    for (file, text) in &texts(manifests)? {
        loaded.add(file.as_deref().unwrap_or(UNNAMED), text);
    }
    Ok(loaded.compile(&options)?)
}

/// Diagnostics in JSON `diagnostics` about the texts in JSON `manifests`, in a format by its name.
pub(crate) fn render(diagnostics: &str, manifests: &str, format: &str) -> Result<String, Failure> {
    let format: Format = format.parse().map_err(|e: UnknownFormat| Failure::option(e.to_string()))?;
    let found: Vec<Diagnostic> =
        serde_json::from_str(diagnostics).map_err(|e| Failure::option(format!("diagnostics: {e}")))?;
    let (texts, mut shown) = (texts(manifests)?, Texts::default());
    for (file, text) in &texts {
        shown.add(file.as_deref().unwrap_or(UNNAMED), text);
    }
    Ok(shown.render(&found, format))
}

fn texts(manifests: &str) -> Result<Vec<TextWire>, Failure> {
    serde_json::from_str(manifests).map_err(|e| Failure::option(format!("manifests: {e}")))
}

/// A diagnostic with its fields and as printed.
#[derive(Serialize)]
pub(crate) struct DiagnosticView {
    #[serde(flatten)]
    diagnostic: Diagnostic,
    docs: &'static str,
    text: String,
}

impl DiagnosticView {
    pub(crate) fn of(diagnostic: &Diagnostic) -> Self {
        Self { diagnostic: diagnostic.clone(), docs: diagnostic.code().docs(), text: diagnostic.to_string() }
    }
}

/// What JavaScript keeps of a plan.
#[derive(Serialize)]
pub(crate) struct PlanTable<'p> {
    header_names: Vec<&'p str>,
    pools: Vec<&'p str>,
    rules: Vec<RuleTable<'p>>,
    warnings: Vec<DiagnosticView>,
}

#[derive(Serialize)]
struct RuleTable<'p> {
    route: &'p str,
    index: usize,
    name: Option<&'p str>,
    backend_refs: Vec<BackendRefTable<'p>>,
}

#[derive(Serialize)]
struct BackendRefTable<'p> {
    kind: &'p str,
    namespace: &'p str,
    name: &'p str,
    model: Option<&'p str>,
    /// Absent where there is nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    mutations: Option<&'p Mutations>,
}

impl<'p> PlanTable<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        Self {
            header_names: plan.header_names().map(|name| name.as_str()).collect(),
            pools: plan.pools().map(|pool| pool.as_str()).collect(),
            rules: plan.rules().map(|rule| RuleTable::of(&rule)).collect(),
            warnings: plan.warnings().iter().map(DiagnosticView::of).collect(),
        }
    }
}

impl<'p> RuleTable<'p> {
    fn of(rule: &RuleView<'p>) -> Self {
        let nothing = Mutations::default();
        let refs =
            rule.backend_refs().zip(rule.mutations()).map(|((backend, model), mutations)| BackendRefTable {
                kind: backend.kind,
                namespace: backend.namespace,
                name: backend.name,
                model,
                mutations: (*mutations != nothing).then_some(mutations),
            });
        Self { route: rule.route(), index: rule.index(), name: rule.name(), backend_refs: refs.collect() }
    }
}

/// The endpoints of the state with this version.
#[derive(Serialize)]
pub(crate) struct EndpointTable<'s> {
    pub(crate) version: u64,
    pub(crate) endpoints: Vec<EndpointView<'s>>,
}

/// An explanation with its seed as text, because JSON numbers do not hold 64 bits.
#[derive(Serialize)]
pub(crate) struct ExplanationView {
    pub(crate) text: String,
    pub(crate) seed: String,
    pub(crate) explanation: inferroute::Explanation,
}
