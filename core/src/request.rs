//! The borrowed view of a request: everything a rule may look at, and nothing else.

use crate::convert::number;
use crate::plan::HeaderName;
use crate::prefix::Prompt;

/// Where a decision finds header values. Implemented for slices of pairs; a host with a header map of its own writes the two methods.
///
/// Names compare without case. A decision asks only for names that the plan reads, each at most twice.
pub trait Headers {
    /// The value of the header `name`.
    fn find(&self, name: &HeaderName) -> Found<'_>;

    /// Value number `nth` (from 0) of a header for which [`find`](Self::find) gave [`Found::Several`].
    fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]>;
}

/// What a request holds under a header name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'h> {
    /// No such header.
    Absent,
    /// The header, once. The value may be empty.
    One(&'h [u8]),
    /// The header, several times. Its value is all of them in order, joined by commas (RFC 9110, section 5.3).
    Several,
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    #[inline]
    fn find(&self, name: &HeaderName) -> Found<'_> {
        let mut found = None;
        for (sent, value) in self {
            if is_named(sent.as_ref(), name.as_str()) {
                if found.is_some() {
                    return Found::Several;
                }
                found = Some(value);
            }
        }
        found.map_or(Found::Absent, |value| Found::One(value.as_ref()))
    }

    fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]> {
        let mut values = self.iter().filter(|(sent, _)| is_named(sent.as_ref(), name.as_str()));
        values.nth(nth).map(|(_, value)| value.as_ref())
    }
}

/// Whether a name as sent is the name in lower case. Most names differ in length or at their ends, and most that are equal are in lower case already.
#[inline(always)]
fn is_named(sent: &str, name: &str) -> bool {
    sent.len() == name.len() && is_same(sent, name)
}

/// Whether names of one length are the same but for case.
#[inline]
fn is_same(sent: &str, name: &str) -> bool {
    let end = |name: &str| name.as_bytes().last().map(u8::to_ascii_lowercase);
    end(sent) == end(name) && (sent == name || sent.eq_ignore_ascii_case(name))
}

/// Everything that holds a slice of pairs answers as the slice does.
macro_rules! as_slice {
    ($($(#[$generic:ident])? $holder:ty),*) => {$(
        impl<N: AsRef<str>, V: AsRef<[u8]> $(, const $generic: usize)?> Headers for $holder {
            #[inline]
            fn find(&self, name: &HeaderName) -> Found<'_> {
                self[..].find(name)
            }

            #[inline]
            fn nth(&self, name: &HeaderName, nth: usize) -> Option<&[u8]> {
                self[..].nth(name, nth)
            }
        }
    )*};
}

as_slice!(
    &[(N, V)],
    Vec<(N, V)>,
    #[LEN]
    [(N, V); LEN]
);

/// A request as a decision sees it.
///
/// ```
/// use inferroute::Request;
///
/// let headers = [("content-type", "application/json"), ("X-Tier", "gold")];
/// let request = Request::new(&headers).model("mistral").host("api.example.com");
/// ```
#[derive(Clone, Copy)]
pub struct Request<'r> {
    pub(crate) headers: &'r dyn Headers,
    pub(crate) host: Option<&'r str>,
    pub(crate) path: &'r str,
    pub(crate) method: &'r str,
    pub(crate) model: Option<&'r str>,
    pub(crate) gateway: Option<&'r str>,
    pub(crate) client_namespace: Option<&'r str>,
    pub(crate) pool: Option<&'r str>,
    pub(crate) port: Option<u16>,
    pub(crate) objective: Option<&'r str>,
    pub(crate) prompt: Option<Prompt<'r>>,
    pub(crate) prompt_tokens: u32,
    pub(crate) tenant: Option<&'r str>,
    pub(crate) subset: Option<&'r str>,
    pub(crate) multimodal: bool,
}

impl<'r> Request<'r> {
    /// A `GET` of `/` with these headers.
    pub fn new(headers: &'r dyn Headers) -> Self {
        Self {
            headers,
            host: None,
            path: "/",
            method: "GET",
            model: None,
            gateway: None,
            client_namespace: None,
            pool: None,
            port: None,
            objective: None,
            prompt: None,
            prompt_tokens: 0,
            tenant: None,
            subset: None,
            multimodal: false,
        }
    }

    /// The host the client asked for (the `Host` header or `:authority`), with or without a port. Routes with hostnames match nothing without it.
    #[must_use]
    pub fn host(mut self, host: &'r str) -> Self {
        self.host = Some(host);
        self
    }

    /// The path with its query, as it stands in the request line. It is compared as it is: a host that decodes or normalises paths does so before.
    #[must_use]
    pub fn path(mut self, path: &'r str) -> Self {
        self.path = path;
        self
    }

    /// The method, in capitals.
    #[must_use]
    pub fn method(mut self, method: &'r str) -> Self {
        self.method = method;
        self
    }

    /// The Gateway the request came through, as `namespace/name`, and the port of its listener. Only routes attached to that listener are then looked
    /// at. Without a gateway every route is.
    #[must_use]
    pub fn gateway(mut self, gateway: &'r str, port: Option<u16>) -> Self {
        self.gateway = Some(gateway);
        self.port = port;
        self
    }

    /// The namespace of the client within a mesh. The request is then one to a Service, which its [`host`](Self::host) names (`name`, of the client's
    /// namespace, `name.namespace`, or either as the cluster resolves it) with a port, 80 without one; `port`, where given, is the one that counts.
    ///
    /// Routes that have the Service as their parent decide: those of the client's namespace if there are any, else those of the Service's. Without
    /// such routes the request goes to the Service itself, by a rule of its own: rule 0 of a route with the Service's name. A host that is no Service
    /// of the manifests, or a port that the Service does not have, is 404 `no_rule`, and so is everything without
    /// [`Options::mesh`](crate::Options::mesh). Takes the place of a [`gateway`](Self::gateway).
    #[must_use]
    pub fn client_namespace(mut self, namespace: &'r str, port: Option<u16>) -> Self {
        self.client_namespace = Some(namespace);
        self.port = port;
        self
    }

    /// The InferencePool to choose in, as `namespace/name`, for hosts whose gateway has matched its routes already and asks for an endpoint only, as in the
    /// endpoint picker protocol. No rule of a route is looked at: the request goes to the pool by a rule of its own, rule 0 of a route with the pool's
    /// name. Its InferenceModels, rewrites and objectives count as ever. A name that is none of [`Plan::pools`](crate::Plan::pools) is 500
    /// `backend_not_found`. Takes the place of a [`gateway`](Self::gateway) and a [`client_namespace`](Self::client_namespace).
    #[must_use]
    pub fn pool(mut self, pool: &'r str) -> Self {
        self.pool = Some(pool);
        self
    }

    /// The InferenceObjective of the request, as `namespace/name`. Hosts that let clients choose one read it from
    /// `x-gateway-inference-objective` themselves: the library trusts no header with it.
    #[must_use]
    pub fn objective(mut self, objective: &'r str) -> Self {
        self.objective = Some(objective);
        self
    }

    /// The prompt: its text, its tokens, or the hashes of its blocks. Profiles that look at prefix caches hash it in place, once a decision and model.
    #[must_use]
    pub fn prompt(mut self, prompt: Prompt<'r>) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Whose request it is, as the gateway has authenticated it: prompts of different tenants never count as alike. Never from a header or body that the
    /// client may choose.
    #[must_use]
    pub fn tenant(mut self, tenant: &'r str) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// How many tokens the prompt has, counted or estimated by the host. Default: as many as the [`prompt`](Self::prompt) has, four bytes of text to a token.
    #[must_use]
    pub fn prompt_tokens(mut self, count: u32) -> Self {
        self.prompt_tokens = count;
        self
    }

    /// The endpoints among which to choose in a pool, as the proxy offers them in `x-gateway-destination-endpoint-subset`: addresses with or without
    /// ports, separated by commas. An empty list offers none. Read it from the proxy's metadata, never from a client's header: the library trusts no
    /// header with it.
    #[must_use]
    pub fn subset(mut self, addresses: &'r str) -> Self {
        self.subset = Some(addresses);
        self
    }

    /// Whether there are images, audio or video in it, as [`Body::has_media`](crate::Body::has_media) finds out: such a request may be
    /// [encoded](crate::Decider::Multimodal) elsewhere first. Default: no.
    #[must_use]
    pub fn multimodal(mut self, has_media: bool) -> Self {
        self.multimodal = has_media;
        self
    }

    /// The model the request's body asks for. Rules see it as header `x-ai-eg-model`, whatever the client sent under that name.
    #[must_use]
    pub fn model(mut self, model: &'r str) -> Self {
        self.model = Some(model);
        self
    }
}

/// What a [`Request`] says beside its headers and prompt, for scorers of the host's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestView<'r> {
    /// The host the client asked for.
    pub host: Option<&'r str>,
    /// The path with its query.
    pub path: &'r str,
    /// The method.
    pub method: &'r str,
    /// The model the request's body asks for.
    pub model: Option<&'r str>,
    /// The InferenceObjective, as `namespace/name`.
    pub objective: Option<&'r str>,
    /// Whose request it is.
    pub tenant: Option<&'r str>,
}

impl<'r> Request<'r> {
    /// What it says beside its headers and prompt.
    pub fn view(&self) -> RequestView<'r> {
        let Self { host, path, method, model, objective, tenant, .. } = *self;
        RequestView { host, path, method, model, objective, tenant }
    }
}

impl Request<'_> {
    /// The tokens of the prompt: as the host counted them, else as the prompt tells, four bytes to a token.
    pub(crate) fn tokens(&self) -> u32 {
        let counted = match self.prompt {
            _ if self.prompt_tokens > 0 => return self.prompt_tokens,
            None | Some(Prompt::Blocks(_)) => 0,
            Some(Prompt::Text(text)) => text.len().div_ceil(4),
            Some(Prompt::Tokens(tokens)) => tokens.len(),
        };
        number(counted)
    }
}

impl std::fmt::Debug for Request<'_> {
    /// Header values stay out: they carry credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("host", &self.host)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
