//! Which API groups define the kinds that are read, over all their releases and published drafts.

/// Groups of AIGatewayRoute and AIServiceBackend; the second appears in a design proposal only.
pub(crate) const AI_GATEWAY: &[&str] = &["aigateway.envoyproxy.io", "ai-gateway.envoyproxy.io"];

/// The group of InferencePool from v1 on, whose pools select reported endpoints only.
pub(crate) const INFERENCE_V1: &str = "inference.networking.k8s.io";

/// Groups of InferencePool and InferenceModel.
pub(crate) const INFERENCE: &[&str] = &[INFERENCE_V1, "inference.networking.x-k8s.io", "inference.x-k8s.io"];

/// The group of ReferenceGrant.
pub(crate) const GATEWAY: &[&str] = &["gateway.networking.k8s.io"];

/// The kinds that take part in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    AIGatewayRoute,
    AIServiceBackend,
    InferencePool,
    InferenceModel,
    ReferenceGrant,
}

impl Kind {
    /// The kind of that name, `None` for those that are passed over.
    pub(crate) fn parse(kind: &str) -> Option<Self> {
        Some(match kind {
            "AIGatewayRoute" => Self::AIGatewayRoute,
            "AIServiceBackend" => Self::AIServiceBackend,
            "InferencePool" => Self::InferencePool,
            "InferenceModel" => Self::InferenceModel,
            "ReferenceGrant" => Self::ReferenceGrant,
            _ => return None,
        })
    }

    /// The name in manifests.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::AIGatewayRoute => "AIGatewayRoute",
            Self::AIServiceBackend => "AIServiceBackend",
            Self::InferencePool => "InferencePool",
            Self::InferenceModel => "InferenceModel",
            Self::ReferenceGrant => "ReferenceGrant",
        }
    }

    /// The groups that define the kind.
    pub(crate) const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::AIGatewayRoute | Self::AIServiceBackend => AI_GATEWAY,
            Self::InferencePool | Self::InferenceModel => INFERENCE,
            Self::ReferenceGrant => GATEWAY,
        }
    }
}
