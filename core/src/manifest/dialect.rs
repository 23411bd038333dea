//! Which API groups define the kinds that are read, over all their releases and published drafts.

/// Groups of AIGatewayRoute and AIServiceBackend; the second appears in a design proposal only.
pub(crate) const AI_GATEWAY: &[&str] = &["aigateway.envoyproxy.io", "ai-gateway.envoyproxy.io"];

/// The group of InferencePool from v1 on, whose pools select reported endpoints only.
pub(crate) const INFERENCE_V1: &str = "inference.networking.k8s.io";

/// Groups of InferencePool and InferenceModel.
pub(crate) const INFERENCE: &[&str] = &[INFERENCE_V1, "inference.networking.x-k8s.io", "inference.x-k8s.io"];

/// The group of InferencePoolImport.
pub(crate) const INFERENCE_IMPORT: &[&str] = &["inference.networking.x-k8s.io"];

/// Groups of InferenceObjective and InferenceModelRewrite.
pub(crate) const INFERENCE_POLICY: &[&str] =
    &["inference.networking.x-k8s.io", "llm-d.ai", INFERENCE_V1, "inference.x-k8s.io"];

/// The apiVersions of EndpointPickerConfig; the second is deprecated.
pub(crate) const ENDPOINT_PICKER: &[&str] = &["llm-d.ai/v1alpha1", "inference.networking.x-k8s.io/v1alpha1"];

/// The group of HTTPRoute, GRPCRoute, Gateway and ReferenceGrant.
pub(crate) const GATEWAY: &[&str] = &["gateway.networking.k8s.io"];

/// The group of Service and Namespace.
pub(crate) const CORE: &[&str] = &[""];

/// The group of Envoy Gateway's Backend and HTTPRouteFilter.
pub(crate) const ENVOY_GATEWAY: &[&str] = &["gateway.envoyproxy.io"];

/// The kinds that take part in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    AIGatewayRoute,
    AIServiceBackend,
    InferencePool,
    InferenceModel,
    InferenceObjective,
    InferenceModelRewrite,
    HTTPRoute,
    GRPCRoute,
    Gateway,
    ListenerSet,
    ReferenceGrant,
    Service,
    Namespace,
    Backend,
    HTTPRouteFilter,
    InferencePoolImport,
}

/// The kinds with their names in manifests.
const NAMES: &[(Kind, &str)] = &[
    (Kind::AIGatewayRoute, "AIGatewayRoute"),
    (Kind::AIServiceBackend, "AIServiceBackend"),
    (Kind::InferencePool, "InferencePool"),
    (Kind::InferenceModel, "InferenceModel"),
    (Kind::InferenceObjective, "InferenceObjective"),
    (Kind::InferenceModelRewrite, "InferenceModelRewrite"),
    (Kind::HTTPRoute, "HTTPRoute"),
    (Kind::GRPCRoute, "GRPCRoute"),
    (Kind::Gateway, "Gateway"),
    (Kind::ListenerSet, "ListenerSet"),
    (Kind::ReferenceGrant, "ReferenceGrant"),
    (Kind::Service, "Service"),
    (Kind::Namespace, "Namespace"),
    (Kind::Backend, "Backend"),
    (Kind::HTTPRouteFilter, "HTTPRouteFilter"),
    (Kind::InferencePoolImport, "InferencePoolImport"),
];

impl Kind {
    /// The kind of that name, `None` for those that are passed over.
    pub(crate) fn parse(kind: &str) -> Option<Self> {
        NAMES.iter().find(|(_, name)| *name == kind).map(|(kind, _)| *kind)
    }

    /// The name in manifests.
    pub(crate) fn as_str(self) -> &'static str {
        NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Whether another kind of the same name in another group exists and is none of ours (Knative's Service, for one).
    pub(crate) const fn is_common_name(self) -> bool {
        matches!(self, Self::Service | Self::Namespace | Self::Backend | Self::Gateway)
    }

    /// The groups that define the kind.
    pub(crate) const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::AIGatewayRoute | Self::AIServiceBackend => AI_GATEWAY,
            Self::InferencePool | Self::InferenceModel => INFERENCE,
            Self::InferenceObjective | Self::InferenceModelRewrite => INFERENCE_POLICY,
            Self::HTTPRoute | Self::GRPCRoute | Self::Gateway | Self::ListenerSet | Self::ReferenceGrant => {
                GATEWAY
            }
            Self::Service | Self::Namespace => CORE,
            Self::Backend | Self::HTTPRouteFilter => ENVOY_GATEWAY,
            Self::InferencePoolImport => INFERENCE_IMPORT,
        }
    }
}
