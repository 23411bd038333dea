//! Which matches a request sees: those of the listener it came through.
//!
//! A gateway's listener has a matcher of its own, so that the search never looks at routes that cannot apply.

use std::collections::HashMap;
use std::sync::Arc;

use super::field::HeaderName;
use super::matcher::{Fields, Matcher};
use super::services::Services;

/// All matchers of a plan and the fields that they read.
#[derive(Debug)]
pub(crate) struct Scopes {
    pub(crate) fields: Fields,
    /// The headers among the fields, then those that profiles read.
    pub(crate) header_names: Box<[Arc<HeaderName>]>,
    /// For requests that name no gateway.
    pub(crate) any: Matcher,
    /// For requests that name a gateway no route and no manifest names.
    pub(crate) elsewhere: Matcher,
    pub(crate) gateways: HashMap<Box<str>, GatewayScope, foldhash::fast::FixedState>,
    /// For requests of a mesh.
    pub(crate) services: Services,
}

#[derive(Debug)]
pub(crate) enum GatewayScope {
    /// A Gateway of the manifests.
    Listeners(Vec<ListenerScope>),
    /// A gateway that routes name and the manifests do not hold.
    Named(Matcher),
}

#[derive(Debug)]
pub(crate) struct ListenerScope {
    pub(crate) port: Option<u16>,
    /// In lower case, a wildcard with its `*`.
    pub(crate) hostname: Option<Box<str>>,
    pub(crate) matcher: Matcher,
}

impl Scopes {
    /// Numbers more headers, for what reads them beside the fields. Names are in lower case.
    pub(crate) fn add_header_names(&mut self, names: &[String]) {
        let mut known = std::mem::take(&mut self.header_names).into_vec();
        for name in names {
            if !known.iter().any(|header| header.as_str() == name) {
                known.push(Arc::new(HeaderName::new(name, known.len())));
            }
        }
        self.header_names = known.into();
    }

    /// The header with this name in whatever case, where the plan reads it.
    pub(crate) fn header_name(&self, name: &str) -> Option<&HeaderName> {
        let is_named = |known: &str| known == name || known.eq_ignore_ascii_case(name);
        self.header_names.iter().find(|header| is_named(header.as_str())).map(|header| &**header)
    }

    /// The matcher for a request, `None` where no listener of the gateway takes it.
    #[inline]
    pub(crate) fn of<'h>(
        &self,
        gateway: Option<&str>,
        port: Option<u16>,
        host: impl FnOnce() -> Option<&'h [u8]>,
    ) -> Option<&Matcher> {
        let Some(gateway) = gateway else { return Some(&self.any) };
        match self.gateways.get(gateway) {
            None => Some(&self.elsewhere),
            Some(GatewayScope::Named(matcher)) => Some(matcher),
            Some(GatewayScope::Listeners(listeners)) => {
                let host = host();
                let open = listeners.iter().filter(|listener| listener.takes(port, host));
                // Of equals `min_by_key` gives the first.
                open.min_by_key(|listener| listener.rank()).map(|listener| &listener.matcher)
            }
        }
    }
}

impl ListenerScope {
    fn takes(&self, port: Option<u16>, host: Option<&[u8]>) -> bool {
        (port.is_none() || self.port.is_none() || port == self.port)
            && self.hostname.as_deref().is_none_or(|hostname| host.is_some_and(|host| covers(hostname, host)))
    }

    fn rank(&self) -> (u8, std::cmp::Reverse<usize>) {
        host_rank(self.hostname.as_deref())
    }
}

/// Exact hostnames first, then wildcards from long to short, then none.
pub(crate) fn host_rank(hostname: Option<&str>) -> (u8, std::cmp::Reverse<usize>) {
    match hostname {
        Some(wildcard) if wildcard.starts_with("*.") => (1, std::cmp::Reverse(wildcard.len())),
        Some(_) => (0, std::cmp::Reverse(0)),
        None => (2, std::cmp::Reverse(0)),
    }
}

/// Whether a hostname in lower case covers a host of any case: equals it or, as a wildcard, ends it after at least one label.
pub(crate) fn covers(hostname: &str, host: &[u8]) -> bool {
    match hostname.strip_prefix('*') {
        None => hostname.as_bytes().eq_ignore_ascii_case(host),
        Some(suffix) => {
            let end = host.len().checked_sub(suffix.len()).filter(|end| *end > 0);
            end.and_then(|end| host.get(end..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
        }
    }
}
