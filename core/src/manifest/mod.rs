//! What users write, as they write it: text becomes documents, documents become one struct a kind.
//!
//! Nothing here decides anything or looks at two objects together; that is the compile step's part.

mod ai_gateway_route;
mod ai_service_backend;
mod code;
mod collected;
mod diagnostic;
mod dialect;
mod embedded;
mod endpoint_picker_config;
mod envoy_backend;
mod filter;
mod findings;
mod gateway;
mod go;
mod http_route;
mod http_route_filter;
mod inference_model;
mod inference_objective;
mod inference_pool;
mod label_selector;
mod meta;
mod misfit;
mod model_rewrite;
mod node;
mod read;
mod reference_grant;
mod route_rule;
mod section;
mod service;
mod shape;
mod source;
mod stand_in;
mod typed;

pub(crate) use ai_gateway_route::{AiMatchWire, AiRouteSpec};
pub(crate) use ai_service_backend::BackendSpec;
pub use code::{Code, Severity, UnknownCode};
pub(crate) use collected::Collected;
pub(crate) use diagnostic::File;
pub(crate) use diagnostic::Position;
pub use diagnostic::{Diagnostic, Problems};
pub(crate) use dialect::{CORE, ENVOY_GATEWAY, GATEWAY, INFERENCE_V1, Kind};
pub(crate) use endpoint_picker_config::{
    ConfigSource, EndpointPickerConfig, FlowControlWire, ProfileWire, Reference, none_under,
};
pub(crate) use envoy_backend::EnvoyBackendSpec;
pub(crate) use filter::{
    ExtensionRefWire, FilterWire, HeaderModifierWire, MirrorWire, PathModifierWire, RedirectWire, RewriteWire,
};
pub(crate) use findings::{Finding, Findings};
pub(crate) use gateway::{GatewaySpec, ListenerSetSpec, ListenerWire, RouteNamespacesWire};
pub(crate) use http_route::{GrpcMatchWire, GrpcMethodWire, HttpMatchWire, RouteSpec};
pub(crate) use http_route_filter::{
    DirectResponseWire, ExtendedRewriteWire, HostModifierWire, RouteFilterSpec, SubstitutionWire,
};
pub use inference_model::Criticality;
pub(crate) use inference_model::ModelSpec;
pub(crate) use inference_objective::ObjectiveSpec;
pub(crate) use inference_pool::{PoolSpec, Selector};
pub use label_selector::{LabelSelector, Operator};
pub(crate) use meta::{Labels, Object, ObjectMeta, has_labels};
pub(crate) use model_rewrite::{RewriteSpec, RewriteTargetWire};
pub(crate) use node::{Node, Value};
#[cfg(test)]
pub(crate) use read::documents;
pub(crate) use reference_grant::GrantSpec;
pub(crate) use route_rule::{
    BackendRefWire, BodyMutationWire, HeaderMutationWire, HeaderWire, MatchType, ParentRefWire, RetryWire,
    RuleWire, TimeoutsWire, ValueMatchWire,
};
pub(crate) use section::Section;
pub(crate) use service::{ServicePortWire, ServiceSpec};
pub(crate) use shape::Shape;
pub(crate) use source::{Body, Source};
