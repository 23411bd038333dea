//! What users write, as they write it: text becomes documents, documents become one struct a kind.
//!
//! Nothing here decides anything or looks at two objects together; that is the compile step's part.

mod ai_gateway_route;
mod ai_service_backend;
mod diagnostic;
mod dialect;
mod filter;
mod gateway;
mod http_route;
mod inference_model;
mod inference_pool;
mod label_selector;
mod meta;
mod node;
mod read;
mod reference_grant;
mod route_rule;
mod source;
mod typed;

use crate::compile;
use crate::plan::{Options, Plan};

pub(crate) use ai_gateway_route::{AiMatchWire, AiRouteSpec};
pub(crate) use ai_service_backend::BackendSpec;
use diagnostic::File;
pub(crate) use diagnostic::Position;
pub use diagnostic::{Code, Diagnostic, Problems, Severity};
pub(crate) use dialect::{AI_GATEWAY, CORE, ENVOY_GATEWAY, GATEWAY, INFERENCE, INFERENCE_V1, Kind};
pub(crate) use filter::{
    FilterWire, HeaderModifierWire, MirrorWire, PathModifierWire, RedirectWire, RewriteWire,
};
pub(crate) use gateway::{GatewaySpec, ListenerWire};
pub(crate) use http_route::{GrpcMatchWire, GrpcMethodWire, HttpMatchWire, RouteSpec};
pub use inference_model::Criticality;
pub(crate) use inference_model::ModelSpec;
pub(crate) use inference_pool::{PoolSpec, Selector};
pub(crate) use label_selector::LabelSelector;
pub(crate) use meta::{Labels, Object, ObjectMeta};
pub(crate) use node::{Node, Value};
#[cfg(test)]
pub(crate) use read::documents;
pub(crate) use reference_grant::GrantSpec;
pub(crate) use route_rule::{
    BackendRefWire, BodyMutationWire, HeaderMutationWire, HeaderWire, MatchType, ParentRefWire, RetryWire,
    RuleWire, TimeoutsWire, ValueMatchWire,
};
pub(crate) use source::{Body, Source};

/// The manifests of one gateway: any number of texts, each with any number of YAML or JSON documents.
///
/// Kinds that take no part in a decision are passed over, so a whole `kubectl get -o yaml` or a vendor's example file can be given as it is.
///
/// ```
/// use inferroute::{Manifests, Options};
///
/// let text = "
/// apiVersion: aigateway.envoyproxy.io/v1beta1
/// kind: AIGatewayRoute
/// metadata: {name: chat}
/// spec:
///   rules:
///     - backendRefs: [{name: openai}]
/// ";
/// let plan = Manifests::from_yaml(text)?.compile(&Options::default())?;
/// assert_eq!(plan.warnings()[0].code().as_str(), "RT0301"); // no AIServiceBackend `openai` among the manifests
/// # Ok::<(), inferroute::Problems>(())
/// ```
#[derive(Debug, Default)]
pub struct Manifests {
    texts: usize,
    sources: Vec<Source>,
    problems: Vec<Diagnostic>,
}

impl Manifests {
    /// Reads one text; its name in messages is `manifest`.
    ///
    /// # Errors
    /// Every place where the text is not YAML or goes beyond a limit (8 MiB, 100 levels, 500,000 values, 4,096 documents). What the objects
    /// mean is checked by [`compile`](Self::compile).
    pub fn from_yaml(text: &str) -> Result<Self, Problems> {
        let mut manifests = Self::default();
        manifests.add("manifest", text);
        if manifests.problems.is_empty() { Ok(manifests) } else { Err(Problems::new(manifests.problems)) }
    }

    /// Reads one more text under the name that messages shall show, usually its path. Problems are kept and reported by [`compile`](Self::compile),
    /// so that one run names those of all texts.
    pub fn add(&mut self, file: &str, text: &str) -> &mut Self {
        let file = File { order: self.texts, name: file.into() };
        self.texts += 1;
        source::read(file, text, &mut self.sources, &mut self.problems);
        self
    }

    /// Checks every object, resolves every name and builds the plan.
    ///
    /// Cost: a few microseconds a rule, once; deciding never looks at manifests again.
    ///
    /// # Errors
    /// Every problem of every text. Nothing is built from a text that has one.
    pub fn compile(self, options: &Options) -> Result<Plan, Problems> {
        compile::compile(self.sources, self.problems, options)
    }
}
