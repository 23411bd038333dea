//! Filters and mutations of rules and backendRefs, merged into what a proxy must do.
//!
//! A filter that cannot be followed must not be passed over (Gateway API, HTTPRouteFilter): requests that it would have changed are answered 500.

use super::ai_mutations::{add_body_mutations, add_header_mutations};
use super::durations::duration;
use super::http::{is_header_name, is_header_value};
use super::objects::Objects;
use super::report::Report;
use super::route::{Route, RouteRule};
use super::unfollowed::Unfollowed;
use crate::manifest::{
    BackendRefWire, BodyMutationWire, Code, FilterWire, HeaderModifierWire, HeaderMutationWire, HeaderWire,
    Kind, PathModifierWire, RedirectWire, RewriteWire,
};
use crate::plan::{DirectResponse, HeaderChange, Mutations, Options, PathChange, Redirect, Retry};
use crate::units::port;

/// The types of filters (Gateway API, HTTPRouteFilter).
const FILTER_TYPES: &[&str] = &[
    "RequestHeaderModifier",
    "ResponseHeaderModifier",
    "RequestMirror",
    "RequestRedirect",
    "URLRewrite",
    "ExtensionRef",
    "CORS",
];

/// What the filters of one list come to.
#[derive(Clone, Default)]
pub(super) struct Filtered {
    pub(super) mutations: Mutations,
    pub(super) redirect: Option<Redirect>,
    pub(super) direct: Option<DirectResponse>,
    /// Some filter cannot be followed.
    pub(super) is_broken: bool,
}

/// What the filters of one list did so far, where a later one may contradict them.
#[derive(Default)]
pub(super) struct ListState {
    pub(super) is_of_ref: bool,
    pub(super) mirrors: bool,
    /// The list may not rewrite the path.
    keeps_path: bool,
    host: bool,
    path: bool,
    /// An HTTPRouteFilter rewrites the URL.
    pub(super) extended: bool,
}

impl ListState {
    /// Notes what a filter rewrites; an error where another one does already, or where it may not.
    pub(super) fn rewrites(&mut self, host: bool, path: bool) -> Result<(), String> {
        if path && self.keeps_path {
            // Envoy's weighted clusters cannot (Envoy Gateway, `validateBackendRefFilters`).
            return Err("Envoy Gateway does not rewrite the path for one backendRef alone".to_owned());
        }
        if (host && self.host) || (path && self.path) {
            let part = if host && self.host { "host name" } else { "path" };
            return Err(format!("two filters rewrite the {part}"));
        }
        (self.host, self.path) = (self.host || host, self.path || path);
        Ok(())
    }
}

/// Reads filters of one route.
pub(super) struct FilterReader<'a> {
    pub(super) objects: &'a Objects<'a>,
    pub(super) options: &'a Options,
    pub(super) route: &'a Route<'a>,
}

impl FilterReader<'_> {
    /// The filters, timeouts and retries of a rule.
    pub(super) fn of_rule(&self, r: usize, rule: &RouteRule<'_>, report: &mut Report) -> Filtered {
        let at = format!("spec.rules[{r}]");
        let mut filtered = Filtered::default();
        self.add_filters(&mut filtered, ListState::default(), rule.filters, &at, report);
        let mutations = &mut filtered.mutations;
        let timeouts = rule.timeouts;
        let mut read = |text: Option<&str>, field: &str| {
            let text = text?;
            let parsed = duration(text);
            if parsed.is_none() {
                let help = "write it as in 1m30s, with h, m, s and ms";
                report.add(
                    self.route.source,
                    Code::NotAllowed,
                    &format!("{at}.{field}"),
                    "this is not a duration",
                    help,
                );
            }
            parsed
        };
        mutations.request_timeout = read(timeouts.and_then(|t| t.request.as_deref()), "timeouts.request");
        mutations.attempt_timeout =
            read(timeouts.and_then(|t| t.backend_request.as_deref()), "timeouts.backendRequest");
        mutations.stream_idle_timeout = read(rule.stream_idle_timeout, "streamIdleTimeout");
        if self.route.kind == Kind::AIGatewayRoute && mutations.request_timeout.is_none() {
            mutations.request_timeout = duration("60s");
        }
        mutations.retry = rule.retry.map(|retry| Retry {
            codes: retry.codes.iter().filter_map(|code| u16::try_from(*code).ok()).collect(),
            attempts: retry.attempts.and_then(|attempts| u32::try_from(attempts).ok()),
            backoff: read(retry.backoff.as_deref(), "retry.backoff"),
        });
        filtered
    }

    /// What a backendRef adds to its rule. `backend` is what the AIServiceBackend itself asks for; where both change one thing, the route's word counts.
    pub(super) fn of_ref(
        &self,
        rule: &Filtered,
        wire: &BackendRefWire,
        backend: (Option<&HeaderMutationWire>, Option<&BodyMutationWire>),
        at: &str,
        report: &mut Report,
    ) -> Filtered {
        let mut filtered = rule.clone();
        let list =
            ListState { is_of_ref: true, keeps_path: self.options.envoy_gateway, ..ListState::default() };
        self.add_filters(&mut filtered, list, &wire.filters, at, report);
        let headers = [wire.header_mutation.as_ref(), backend.0].into_iter().flatten();
        add_header_mutations(&mut filtered.mutations.request_headers, headers);
        let bodies = [wire.body_mutation.as_ref(), backend.1].into_iter().flatten();
        add_body_mutations(&mut filtered.mutations.body, bodies);
        filtered
    }

    fn add_filters(
        &self,
        to: &mut Filtered,
        mut list: ListState,
        filters: &[FilterWire],
        at: &str,
        report: &mut Report,
    ) {
        for (position, filter) in filters.iter().enumerate() {
            // What answers by itself leaves nothing to the filters after it (Envoy Gateway, `ProcessHTTPFilters`).
            if to.direct.is_some() {
                break;
            }
            let earlier = filters.iter().take(position);
            let at = format!("{at}.filters[{position}]");
            let outcome = self.add(to, &mut list, filter, earlier, &at, report);
            if let Err(Unfollowed { message, found }) = outcome {
                to.is_broken = true;
                let message = format!("{message}; requests that it applies to are answered 500");
                report.missing(self.route.source, Code::BadFilter, &at, message, found);
            }
        }
    }

    fn add<'f>(
        &self,
        to: &mut Filtered,
        list: &mut ListState,
        filter: &FilterWire,
        mut earlier: impl Iterator<Item = &'f FilterWire>,
        at: &str,
        report: &mut Report,
    ) -> Result<(), Unfollowed> {
        let missing = || format!("a filter of type {} lacks its field", filter.kind);
        // Header changes and mirrors add up; of the others two would contradict each other.
        let may_repeat = matches!(
            filter.kind.as_str(),
            "RequestMirror" | "RequestHeaderModifier" | "ResponseHeaderModifier" | "ExtensionRef"
        );
        if !may_repeat && earlier.any(|other| other.kind == filter.kind) {
            return Err(format!("a filter of type {} stands twice", filter.kind).into());
        }
        let mutations = &mut to.mutations;
        match filter.kind.as_str() {
            "RequestHeaderModifier" => {
                let wire = filter.request_header_modifier.as_ref().ok_or_else(missing)?;
                mutations.request_headers.extend(header_changes(wire)?);
            }
            "ResponseHeaderModifier" => {
                let wire = filter.response_header_modifier.as_ref().ok_or_else(missing)?;
                mutations.response_headers.extend(header_changes(wire)?);
            }
            "RequestMirror" => {
                let wire = filter.request_mirror.as_deref().ok_or_else(missing)?;
                mutations.mirrors.extend(self.mirror(wire, at, report)?);
                list.mirrors = true;
            }
            "RequestRedirect" => {
                to.redirect = Some(redirect(filter.request_redirect.as_ref().ok_or_else(missing)?)?);
            }
            "URLRewrite" => {
                let RewriteWire { hostname, path } = filter.url_rewrite.as_ref().ok_or_else(missing)?;
                list.rewrites(hostname.is_some(), path.is_some())?;
                // What the filter leaves out stays as the rule has it.
                if hostname.is_some() {
                    mutations.hostname.clone_from(hostname);
                    mutations.hostname_from = None;
                }
                if let Some(path) = path {
                    mutations.path = Some(path_change(path)?);
                }
            }
            "ExtensionRef" => {
                self.add_extension(to, list, filter.extension_ref.as_ref().ok_or_else(missing)?)?;
            }
            // Answered by the proxy itself, before anything is routed.
            "CORS" => {}
            other => {
                let message = format!("a filter of type {other} is not known");
                return Err(Unfollowed::unknown(message, other, FILTER_TYPES));
            }
        }
        Ok(())
    }
}

pub(super) fn header_changes(wire: &HeaderModifierWire) -> Result<Vec<HeaderChange>, String> {
    let names = wire.set.iter().chain(&wire.add).map(|header| &header.name).chain(&wire.remove);
    if names.into_iter().any(|name| name.eq_ignore_ascii_case("host")) {
        return Err("the host is changed by a URLRewrite filter, not as a header".to_owned());
    }
    let pair = |header: &HeaderWire| {
        if !is_header_name(&header.name) || !is_header_value(&header.value) {
            return Err(format!("header `{}` has a name or value that HTTP does not allow", header.name));
        }
        Ok((header.name.clone(), header.value.clone()))
    };
    let mut changes = Vec::new();
    for header in &wire.set {
        changes.push(pair(header).map(|(name, value)| HeaderChange::Set(name, value))?);
    }
    for header in &wire.add {
        changes.push(pair(header).map(|(name, value)| HeaderChange::Add(name, value))?);
    }
    for name in &wire.remove {
        if !is_header_name(name) {
            return Err(format!("`{name}` is not a header name"));
        }
        changes.push(HeaderChange::Remove(name.clone()));
    }
    Ok(changes)
}

fn redirect(wire: &RedirectWire) -> Result<Redirect, String> {
    let status = wire.status_code.unwrap_or(302);
    let status = u16::try_from(status).ok().filter(|status| matches!(status, 301 | 302 | 303 | 307 | 308));
    let port = match wire.port {
        None => None,
        Some(number) => Some(port(number).ok_or("the port of a redirect is not 1 to 65535")?),
    };
    if wire.scheme.as_deref().is_some_and(|scheme| !matches!(scheme, "http" | "https")) {
        return Err("the scheme of a redirect is http or https".to_owned());
    }
    if wire.hostname.as_deref().is_some_and(|hostname| !is_header_value(hostname)) {
        return Err("the host name of a redirect has characters that HTTP does not allow".to_owned());
    }
    Ok(Redirect {
        status: status.ok_or("the status of a redirect is 301, 302, 303, 307 or 308")?,
        scheme: wire.scheme.clone(),
        hostname: wire.hostname.clone(),
        port,
        path: wire.path.as_ref().map(path_change).transpose()?,
    })
}

fn path_change(wire: &PathModifierWire) -> Result<PathChange, String> {
    let change = match wire.kind.as_str() {
        "ReplaceFullPath" => wire.replace_full_path.clone().map(PathChange::Full),
        "ReplacePrefixMatch" => wire.replace_prefix_match.clone().map(PathChange::Prefix),
        other => return Err(format!("a path cannot be changed by `{other}`")),
    };
    let change = change.ok_or_else(|| format!("a path modifier of type {} lacks its field", wire.kind))?;
    match &change {
        PathChange::Full(text) | PathChange::Prefix(text) if !is_header_value(text) && !text.is_empty() => {
            Err("the new path has characters that HTTP does not allow".to_owned())
        }
        _ => Ok(change),
    }
}
