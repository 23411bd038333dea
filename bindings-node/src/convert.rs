//! JSON from and to JavaScript: manifests, options, and the tables that describe decisions.

use inferroute::{
    CachedTokens, Diagnostic, EndpointView, Format, Mutations, Plan, RuleView, State, Texts, UnknownFormat,
};
use serde::Serialize;

use crate::errors::Failure;
use crate::explained::Explained;

/// One text with the name messages show, `None` for the only text of a call.
pub(crate) type TextWire = (Option<String>, String);

/// The name that messages show for a text without one.
pub(crate) const UNNAMED: &str = "manifest";

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

/// Texts with their names.
pub(crate) fn texts(manifests: &str) -> Result<Vec<TextWire>, Failure> {
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
    primary_port: Option<u16>,
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
            primary_port: plan.primary_port(),
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
    version: u64,
    endpoints: Vec<EndpointRow<'s>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointRow<'s> {
    id: &'s str,
    address: Option<&'s str>,
    ready: bool,
    in_flight: u32,
    of_replicas: u32,
    waiting_tokens: u64,
    cached_tokens: CachedTokens,
    pace: Option<f64>,
}

impl<'s> EndpointTable<'s> {
    pub(crate) fn of(state: &'s State) -> Self {
        let row = |view: EndpointView<'s>| {
            let EndpointView {
                id,
                address,
                ready,
                in_flight,
                of_replicas,
                waiting_tokens,
                cached_tokens,
                pace,
                ..
            } = view;
            EndpointRow { id, address, ready, in_flight, of_replicas, waiting_tokens, cached_tokens, pace }
        };
        Self { version: state.version(), endpoints: state.endpoints().map(row).collect() }
    }
}

/// An explanation with its seed as text, because JSON numbers do not hold 64 bits.
#[derive(Serialize)]
pub(crate) struct ExplanationView<'e> {
    pub(crate) text: String,
    pub(crate) seed: String,
    pub(crate) outcome: &'e str,
    pub(crate) explained: Explained<'e>,
}
