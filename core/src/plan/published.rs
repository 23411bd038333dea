//! The models that a gateway says it serves.

use serde::Serialize;

/// One entry of a gateway's `/v1/models`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublishedModel {
    /// The name that clients send.
    pub id: String,
    /// Who the model belongs to.
    pub owned_by: String,
    /// When it was made, as the manifest writes it; `None` where neither the rule nor its route tells.
    pub created: Option<String>,
    /// The hosts on which it is served, in lower case; empty: on all.
    #[serde(skip)]
    pub(crate) hostnames: Vec<String>,
}
