//! Which models the routes serve by name: the exact values that AIGatewayRoutes ask of the model header.

use std::collections::{BTreeSet, HashSet};

use super::objects::Objects;
use crate::manifest::{Kind, MatchType};
use crate::plan::{MODEL_HEADER, PublishedModel};

/// What an absent `modelsOwnedBy` means (Envoy AI Gateway, AIGatewayRouteRule).
const OWNER: &str = "Envoy AI Gateway";

/// In the order of the texts, each name once for a set of hosts; not those of `frozen` routes.
pub(super) fn models(objects: &Objects<'_>, frozen: &BTreeSet<usize>) -> Vec<PublishedModel> {
    let mut published: Vec<PublishedModel> = Vec::new();
    let mut seen: HashSet<(&str, Vec<String>)> = HashSet::new();
    let live = objects.routes.iter().enumerate().filter(|(number, _)| !frozen.contains(number));
    for (_, route) in live.filter(|(_, route)| route.kind == Kind::AIGatewayRoute) {
        let hostnames: Vec<String> =
            route.hostnames.iter().map(|hostname| hostname.to_ascii_lowercase()).collect();
        for rule in &route.rules {
            let headers = rule.matches.iter().flat_map(|one| one.headers);
            let exact = headers.filter(|header| {
                header.name.eq_ignore_ascii_case(MODEL_HEADER)
                    && MatchType::parse(header.kind.as_deref()) == Some(MatchType::Exact)
            });
            for header in exact {
                if !seen.insert((header.value.as_str(), hostnames.clone())) {
                    continue;
                }
                published.push(PublishedModel {
                    id: header.value.clone(),
                    owned_by: rule.models_owned_by.unwrap_or(OWNER).to_owned(),
                    created: rule.models_created_at.map(str::to_owned).or_else(|| route.meta.created.clone()),
                    hostnames: hostnames.clone(),
                });
            }
        }
    }
    published
}
