//! The model servers whose metrics are known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::line::{lines, trim_start};

/// A kind of model server, named as the label `inference.networking.k8s.io/engine-type` (or `llm-d.ai/engine-type`) of pods names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Engine {
    /// `vllm`
    #[serde(rename = "vllm")]
    Vllm,
    /// `sglang`
    #[serde(rename = "sglang")]
    Sglang,
    /// `trtllm-serve`: TensorRT-LLM's own server.
    #[serde(rename = "trtllm-serve")]
    TrtLlm,
    /// `triton-tensorrt-llm`: TensorRT-LLM as a backend of Triton.
    #[serde(rename = "triton-tensorrt-llm")]
    TritonTrtLlm,
    /// `triton`: any other backend of Triton.
    #[serde(rename = "triton")]
    Triton,
    /// `tgi`: Text Generation Inference. The label has no name for it upstream.
    #[serde(rename = "tgi")]
    Tgi,
}

impl Engine {
    /// All engines.
    pub const ALL: &'static [Self] =
        &[Self::Vllm, Self::Sglang, Self::TrtLlm, Self::TritonTrtLlm, Self::Triton, Self::Tgi];

    /// The value of the label, for example `trtllm-serve`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vllm => "vllm",
            Self::Sglang => "sglang",
            Self::TrtLlm => "trtllm-serve",
            Self::TritonTrtLlm => "triton-tensorrt-llm",
            Self::Triton => "triton",
            Self::Tgi => "tgi",
        }
    }

    /// What the names of its series begin with.
    pub(super) const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Vllm => b"vllm:",
            Self::Sglang => b"sglang:",
            Self::TrtLlm => b"trtllm_",
            Self::TritonTrtLlm => b"nv_trt_llm_",
            Self::Triton => b"nv_inference_",
            Self::Tgi => b"tgi_",
        }
    }

    /// The engine whose series come first in `text`. Triton has its own series beside those of its backends, so it is the answer only where there
    /// are no others.
    ///
    /// Cost: linear in the bytes before that series; no allocation.
    pub fn detect(text: impl AsRef<[u8]>) -> Option<Self> {
        let mut found = None;
        for line in lines(text.as_ref()) {
            let line = trim_start(line.bytes);
            match Self::ALL.iter().find(|engine| line.starts_with(engine.prefix())) {
                Some(Self::Triton) => found = Some(Self::Triton),
                Some(engine) => return Some(*engine),
                None => {}
            }
        }
        found
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An engine name that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not an engine; choose one of vllm, sglang, trtllm-serve, triton-tensorrt-llm, triton, tgi"
)]
pub struct UnknownEngine {
    name: String,
}

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, UnknownEngine> {
        let found = Self::ALL.iter().find(|engine| engine.as_str() == name);
        found.copied().ok_or_else(|| UnknownEngine { name: name.to_owned() })
    }
}
