//! Filters of type ExtensionRef: the HTTPRouteFilter of Envoy Gateway, and those that the host applies itself.

use super::filters::{FilterReader, Filtered, ListState, header_changes};
use super::http::{is_header_name, is_header_value};
use super::report::Report;
use super::unfollowed::Unfollowed;
use crate::ids::ObjectName;
use crate::manifest::{
    Code, DirectResponseWire, ENVOY_GATEWAY, ExtendedRewriteWire, ExtensionRefWire, HostModifierWire, Kind,
    RouteFilterSpec, Source, SubstitutionWire,
};
use crate::plan::{DirectResponse, ExtensionFilter, HostSource, PathChange, Substitution};

/// Says which fields of an HTTPRouteFilter are not applied.
pub(super) fn check_filter(source: &Source, spec: &RouteFilterSpec, report: &mut Report) {
    let forwarded =
        spec.url_rewrite.as_ref().is_some_and(|rewrite| rewrite.append_x_forwarded_host.is_some());
    let fields = [
        (
            spec.credential_injection.is_some(),
            "spec.credentialInjection",
            "credentials are not injected: Secrets are not read",
            "let the host add the credential to requests of the rules that name this filter",
        ),
        (
            forwarded,
            "spec.urlRewrite.appendXForwardedHost",
            "header x-forwarded-host is the proxy's; this field is not applied",
            "configure it in the proxy",
        ),
    ];
    for (stands, path, message, help) in fields {
        if stands {
            report.add(source, Code::NotApplied, path, message, help);
        }
    }
}

impl FilterReader<'_> {
    /// Adds what an extension filter asks for, or says why it cannot be followed.
    pub(super) fn add_extension(
        &self,
        to: &mut Filtered,
        list: &mut ListState,
        wire: &ExtensionRefWire,
    ) -> Result<(), Unfollowed> {
        let ExtensionRefWire { group, kind, name } = wire;
        if self.options.extension_filters.iter().any(|known| known.group == *group && known.kind == *kind) {
            to.mutations.extensions.push(ExtensionFilter {
                group: group.clone(),
                kind: kind.clone(),
                namespace: self.route.name.namespace().to_owned(),
                name: name.clone(),
            });
            return Ok(());
        }
        if kind != Kind::HTTPRouteFilter.as_str() || !ENVOY_GATEWAY.contains(&group.as_str()) {
            let message = format!("a filter of kind `{kind}` of group `{group}` is not known");
            return Err(Unfollowed::unknown(message, kind, &[Kind::HTTPRouteFilter.as_str()]));
        }
        let full = ObjectName::new(self.route.name.namespace(), name);
        let spec = self.objects.route_filter(&full).ok_or_else(|| Unfollowed {
            message: format!("there is no HTTPRouteFilter {full}"),
            found: self.objects.missing(Kind::HTTPRouteFilter, &full),
        })?;
        if !spec.matches.is_empty() {
            return Err(format!("HTTPRouteFilter {full} matches cookies, which are not read").into());
        }
        if let Some(rewrite) = &spec.url_rewrite {
            add_rewrite(to, list, rewrite)?;
        }
        if let Some(response) = &spec.direct_response {
            to.direct = Some(self.direct_response(response, list)?);
        }
        Ok(())
    }

    fn direct_response(&self, wire: &DirectResponseWire, list: &ListState) -> Result<DirectResponse, String> {
        if list.is_of_ref {
            return Err("a backendRef cannot answer by itself".to_owned());
        }
        if list.mirrors {
            return Err("a request that is mirrored cannot be answered directly".to_owned());
        }
        let status = u16::try_from(wire.status_code.unwrap_or(200)).ok();
        let status = status.filter(|status| (200..600).contains(status));
        let status = status.ok_or("the status of a direct response is 200 to 599")?;
        if self.route.kind == Kind::GRPCRoute && status < 300 {
            return Err("a direct response of status 2xx is no answer to a gRPC call".to_owned());
        }
        if wire.content_type.as_deref().is_some_and(|content_type| !is_header_value(content_type)) {
            return Err("the content type has characters that HTTP does not allow".to_owned());
        }
        let header = wire.header.as_ref();
        if header.is_some_and(|header| !header.remove.is_empty()) {
            return Err("a direct response has no headers to remove".to_owned());
        }
        let body = wire.body.as_ref();
        if body.is_some_and(|body| body.kind.as_deref().is_some_and(|kind| kind != "Inline")) {
            return Err("the body of the direct response is in a ConfigMap, which is not read".to_owned());
        }
        Ok(DirectResponse {
            status,
            content_type: wire.content_type.clone(),
            headers: header.map(header_changes).transpose()?.unwrap_or_default(),
            body: body.and_then(|body| body.inline.clone()),
        })
    }
}

/// Two filters of one list that rewrite the same part, and two extension filters that rewrite anything, contradict each other (Envoy Gateway,
/// `processExtensionRefHTTPFilter`).
fn add_rewrite(to: &mut Filtered, list: &mut ListState, wire: &ExtendedRewriteWire) -> Result<(), String> {
    let (has_host, has_path) = (wire.hostname.is_some(), wire.path.is_some());
    list.rewrites(has_host, has_path)?;
    if (has_host || has_path) && std::mem::replace(&mut list.extended, true) {
        return Err("two HTTPRouteFilters of one rule rewrite the URL".to_owned());
    }
    if let Some(path) = &wire.path {
        if path.kind != "ReplaceRegexMatch" {
            return Err(format!("a path cannot be changed by `{}`", path.kind));
        }
        let change = substitution(path.replace_regex_match.as_ref(), "replaceRegexMatch")?;
        to.mutations.path = Some(PathChange::Regex(change));
    }
    if let Some(hostname) = &wire.hostname {
        to.mutations.hostname_from = Some(host_source(hostname)?);
        to.mutations.hostname = None;
    }
    Ok(())
}

fn host_source(wire: &HostModifierWire) -> Result<HostSource, String> {
    match wire.kind.as_str() {
        "Header" => {
            let header = wire.header.as_deref().filter(|header| is_header_name(header));
            let header = header.ok_or("a host name from a header needs the header's name")?;
            Ok(HostSource::Header(header.to_ascii_lowercase()))
        }
        "Backend" => Ok(HostSource::Backend),
        "PathRegex" => {
            let change = substitution(wire.path_regex.as_ref(), "pathRegex")?;
            if change.substitution.is_empty() || !is_header_value(&change.substitution) {
                return Err("the substitution of pathRegex does not make a host name".to_owned());
            }
            Ok(HostSource::PathRegex(change))
        }
        other => Err(format!("a host name cannot be changed by `{other}`")),
    }
}

fn substitution(wire: Option<&SubstitutionWire>, field: &str) -> Result<Substitution, String> {
    let wire = wire.filter(|wire| !wire.pattern.is_empty());
    let SubstitutionWire { pattern, substitution } =
        wire.ok_or_else(|| format!("{field} lacks its pattern"))?;
    if substitution.chars().any(char::is_control) {
        return Err(format!("the substitution of {field} has characters that HTTP does not allow"));
    }
    Substitution::parse(pattern, substitution)
}
