//! Which profiles run for a request: one, the one that a header names, or one for each part of the work.

/// Which profiles run for a request, and which of them names the endpoint that the request goes to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Handler {
    /// `single-profile-handler`: the only one.
    Single,
    /// `header-profile-handler`: the one that a header of the request names; with one profile, that one.
    Header {
        /// The header's name.
        header: String,
        /// The profile of requests without the header.
        default: String,
    },
    /// `data-parallel-profile-handler`: the only one; the request goes to this port of the chosen endpoint's host, and a header tells the rank.
    DataParallel {
        /// The port.
        primary_port: u16,
    },
    /// `disagg-profile-handler`: one for the endpoint that generates, and where a decider wants it, more for endpoints that prefill and encode.
    Disaggregated(Disaggregation),
}

/// Which parts of a request go to endpoints of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Disaggregation {
    /// The profile that picks the endpoint to generate on.
    pub decode: String,
    /// The profile that picks the endpoint to prefill on, and when there is to be one.
    pub prefill: Option<(String, Decider)>,
    /// The profile that picks the endpoints to encode on, and when there are to be some.
    pub encode: Option<(String, Decider)>,
    /// Which endpoint is chosen first.
    pub order: StageOrder,
}

/// In which order a [`Disaggregation`] chooses the endpoints to generate and to prefill on. Whichever comes second knows the first as its peer, which scorers
/// and filters of topology look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StageOrder {
    /// The endpoint to generate on, then, if the decider wants one for it, the endpoint to prefill on.
    #[default]
    DecodeFirst,
    /// The endpoint to prefill on, then the one to generate on. A decider that looks at the latter's prefix never wants one.
    PrefillFirst,
    /// Both at once, if the decider wants a second one for the endpoint that would generate alone: of the eight best of each profile the pair with the largest
    /// sum of both scores and of what each profile's `topology-affinity-scorer` says of the two. Of equal pairs the one with the better endpoint to generate
    /// on counts. Pickers are not asked, and `topology-affinity-filter` keeps everyone, since there is no peer before there are pairs.
    Joint,
}

/// Whether a part of a request goes to an endpoint of its own.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decider {
    /// `always-disagg-pd-decider`.
    Always,
    /// `always-disagg-multimodal-decider`: where the request has images, audio or video: [`Request::multimodal`](crate::Request::multimodal).
    Multimodal,
    /// `prefix-based-pd-decider`: where the prompt has at least `prompt_tokens` tokens (if that is not 0), and the part of it that the chosen endpoint does
    /// not hold in its prefix cache has at least `non_cached_tokens`; never, if those are 0.
    PrefixBased {
        /// Tokens that the endpoint would have to work off.
        non_cached_tokens: u32,
        /// Tokens of the prompt.
        prompt_tokens: u32,
    },
}
