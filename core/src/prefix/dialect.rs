//! The names of the ways to hash a prompt.

/// How a prompt becomes block hashes. Two sides that compare hashes must speak one dialect, with the same block size and seed.
///
/// [`Inferroute`](Self::Inferroute) is the default and the only keyed one. The others give the numbers of a released router, to share its index or to
/// compare with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashDialect {
    /// Keyed by the host's secret, separated by model, adapter, tenant and salt. A trailing partial block is not hashed.
    #[default]
    Inferroute,
    /// llm-d-router from v0.9 (June 2026), approximate producer: XXH64 of the block's tokens (little-endian u32), then XXH64 of that and the
    /// previous hash; the first "previous" is XXH64 of model and salt. Text counts four bytes as a token, the last padded with zeros. A trailing
    /// partial block is hashed.
    LlmD,
    /// llm-d-router between 23 April and 22 May 2026: XXH64 of the block's bytes and the previous hash. A trailing partial block is hashed, an
    /// input shorter than a block is not.
    LlmDBytes,
    /// llm-d-router from v0.11 development (August 2026), precise producer with `hashAlgorithm: xxh64`: XXH64 of the previous hash, the tokens and
    /// the length-prefixed salt. Full blocks only.
    LlmDXxh64,
    /// llm-d-kv-cache and the precise producer's default `cbor-fnv`: FNV-64a over the canonical CBOR of `[previous, tokens, extra]`. Full blocks only.
    CborFnv,
    /// Gateway API Inference Extension v1.1 to v1.5, and llm-d-router v0.8 through it: XXH64 of the block's bytes and the previous hash. Full blocks only.
    GieV11,
    /// Gateway API Inference Extension v1.0: the model stands before the bytes of the first block, and the previous hash overwrites the first eight
    /// bytes of every block from the third on. Knows no salt.
    GieV10,
    /// Gateway API Inference Extension v0.5: a hash of the model alone comes first and counts, and the overwriting starts with the second block.
    GieV05,
    /// AIBrix: XXH64, seeded, of the previous hash and the block's bytes. The model is not in the hash: AIBrix keeps a table for each.
    Aibrix,
}

impl HashDialect {
    /// Every dialect.
    pub const ALL: &'static [Self] = &[
        Self::Inferroute,
        Self::LlmD,
        Self::LlmDBytes,
        Self::LlmDXxh64,
        Self::CborFnv,
        Self::GieV11,
        Self::GieV10,
        Self::GieV05,
        Self::Aibrix,
    ];

    /// Its name in options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inferroute => "inferroute",
            Self::LlmD => "llm_d",
            Self::LlmDBytes => "llm_d_bytes",
            Self::LlmDXxh64 => "llm_d_xxh64",
            Self::CborFnv => "cbor_fnv",
            Self::GieV11 => "gie_v1_1",
            Self::GieV10 => "gie_v1_0",
            Self::GieV05 => "gie_v0_5",
            Self::Aibrix => "aibrix",
        }
    }

    /// The dialect of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dialect| dialect.as_str() == name)
    }
}
