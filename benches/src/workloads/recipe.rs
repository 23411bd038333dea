//! The list of workloads by name.

use std::path::Path;

use super::problem::TraceError;
use super::{
    Workload, agents, azure, bursts, chat, hot, lora, mooncake, system_prompts, tenants, tool_agents, traces,
    weka,
};

/// A workload that can be made from a seed.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The name in tables and filters.
    pub name: &'static str,
    /// Whether later turns wait for former answers.
    pub closed: bool,
    source: Source,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Trace(&'static str, fn(&str, &str, u64) -> Result<Workload, TraceError>),
    Generator(fn(u64, usize) -> Workload),
}

/// Requests of a generated workload if nothing else is said.
const REQUESTS: usize = 4_000;

/// All workloads: traces, then generators.
pub const RECIPES: &[Recipe] = &[
    Recipe::trace("conversation", false, "mooncake_conversation_first.jsonl", mooncake::parse),
    Recipe::trace("synthetic", false, "mooncake_synthetic.jsonl", mooncake::parse),
    Recipe::trace("agents", true, "weka_agentic_train_le80k.jsonl", weka::parse),
    Recipe::trace("azure-code", false, "AzureLLMInferenceTrace_code.csv", |name, text, _| {
        azure::parse(name, text)
    }),
    Recipe::generator("chat", false, chat::open),
    Recipe::generator("chat-closed", true, chat::closed),
    Recipe::generator("system-prompts", false, system_prompts::generate),
    Recipe::generator("agent-sessions", true, agents::generate),
    Recipe::generator("bursts", false, bursts::generate),
    Recipe::generator("tenants", false, tenants::generate),
    Recipe::generator("lora", false, lora::generate),
    Recipe::generator("hot", false, hot::generate),
    Recipe::generator("tool-agents", false, tool_agents::generate),
];

/// The workload of this name.
pub fn by_name(name: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.name == name)
}

impl Recipe {
    const fn trace(
        name: &'static str,
        closed: bool,
        file: &'static str,
        parse: fn(&str, &str, u64) -> Result<Workload, TraceError>,
    ) -> Self {
        Self { name, closed, source: Source::Trace(file, parse) }
    }

    const fn generator(name: &'static str, closed: bool, generate: fn(u64, usize) -> Workload) -> Self {
        Self { name, closed, source: Source::Generator(generate) }
    }

    /// Whether its trace is in that directory; generators are always there.
    pub fn is_there(&self, traces: Option<&Path>) -> bool {
        match self.source {
            Source::Generator(_) => true,
            Source::Trace(file, _) => traces.is_some_and(|directory| directory.join(file).is_file()),
        }
    }

    /// Whether it needs a trace.
    pub fn is_trace(&self) -> bool {
        matches!(self.source, Source::Trace(..))
    }

    /// The workload of this seed, its first `requests` requests if that is said; nothing if its trace is not there.
    ///
    /// # Errors
    ///
    /// The trace cannot be read or is not as its format says.
    pub fn build(
        &self,
        traces: Option<&Path>,
        seed: u64,
        requests: Option<usize>,
    ) -> Result<Option<Workload>, TraceError> {
        match self.source {
            Source::Generator(generate) => Ok(Some(generate(seed, requests.unwrap_or(REQUESTS)))),
            Source::Trace(file, parse) => {
                let Some(text) = traces.map_or(Ok(None), |directory| traces::read(&directory.join(file)))?
                else {
                    return Ok(None);
                };
                let mut workload = parse(self.name, &text, seed)?;
                workload.requests.truncate(requests.unwrap_or(usize::MAX));
                Ok(Some(workload))
            }
        }
    }
}

#[cfg(test)]
mod tests;
