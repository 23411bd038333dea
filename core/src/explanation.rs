//! A decision's steps, kept and printed for a person.

use std::fmt::{self, Write};
use std::ops::Deref;

use serde::Serialize;

use crate::decision::Decision;
use crate::explained::{
    ExplainedChange, ExplainedDraw, ExplainedFailure, ExplainedMatch, ExplainedPick, ExplainedSaturation,
    ExplainedSection,
};
use crate::no_route::NoRoute;
use crate::plan::Picker;
use crate::score_table::{ExplainedEndpoint, ExplainedScore, ScoreTable};
use crate::state::State;
use crate::trace::{Step, Trace};

/// Lines kept of one kind. Enough to see the reason, little enough to log; what is left out is counted.
pub(crate) const KEPT: usize = 64;

/// Keeps the steps of one decision.
#[derive(Debug, Default)]
pub struct Recorder {
    sections: [ExplainedSection; 5],
    matches: Vec<ExplainedMatch>,
    draws: Vec<ExplainedDraw>,
    table: ScoreTable,
    picked: Vec<ExplainedPick>,
    saturation: Option<ExplainedSaturation>,
    failures: Vec<ExplainedFailure>,
    in_fallbacks: bool,
}

/// Why a decision came out as it did. Prints as a tree; header values never appear in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The decision or the refusal in one line.
    outcome: String,
    seed: u64,
    sections: Vec<ExplainedSection>,
    matches: Vec<ExplainedMatch>,
    draws: Vec<ExplainedDraw>,
    endpoints: Vec<ExplainedEndpoint>,
    nearest_change: Option<ExplainedChange>,
    picked: Vec<ExplainedPick>,
    saturation: Option<ExplainedSaturation>,
    failures: Vec<ExplainedFailure>,
}

const MATCHES: usize = 0;
const BACKENDS: usize = 1;
const MODEL: usize = 2;
const ENDPOINTS: usize = 3;
const FALLBACKS: usize = 4;
const TITLES: [&str; 5] = [
    "matches, in order of precedence",
    "backendRefs of the rule",
    "model",
    "endpoints of the pool",
    "fallbacks",
];

impl Recorder {
    /// The explanation of the decision that was recorded.
    pub fn finish<S: Deref<Target = State>>(self, outcome: Result<&Decision<S>, &NoRoute<S>>) -> Explanation {
        let (outcome, seed) = match outcome {
            Ok(decision) => (sentence(decision), decision.seed()),
            Err(no_route) => (refusal(no_route), no_route.seed()),
        };
        let mut sections = self.sections;
        let nearest_change = self.table.nearest_change();
        if let Some(section) = sections.get_mut(ENDPOINTS) {
            self.table.print_around(section, nearest_change.as_ref());
        }
        let titled =
            sections.into_iter().zip(TITLES).map(|(section, title)| ExplainedSection { title, ..section });
        Explanation {
            outcome,
            seed,
            sections: titled.filter(|section| !section.lines.is_empty()).collect(),
            matches: self.matches,
            draws: self.draws,
            endpoints: self.table.into_rows(),
            nearest_change,
            picked: self.picked,
            saturation: self.saturation,
            failures: self.failures,
        }
    }

    fn add(&mut self, section: usize, line: String) {
        let section = if self.in_fallbacks { FALLBACKS } else { section };
        if let Some(section) = self.sections.get_mut(section) {
            // The step that settles a part is its last one, so it replaces the last line kept.
            if section.lines.len() == KEPT {
                section.lines.pop();
                section.left_out += 1;
            }
            section.lines.push(line);
        }
    }

    /// Draws are told in the part they decide.
    fn draw_section(&self) -> usize {
        let has = |at: usize| self.sections.get(at).is_some_and(|section| !section.lines.is_empty());
        if !self.table.is_empty() || has(ENDPOINTS) { ENDPOINTS } else { BACKENDS }
    }
}

impl Trace for Recorder {
    const ON: bool = true;

    fn record(&mut self, step: Step<'_>) {
        match step {
            Step::Match { route, rule, match_index, miss } => {
                let miss = miss.map(|miss| miss.to_string());
                let verdict = miss.as_ref().map_or_else(|| "holds".to_owned(), |miss| format!("no: {miss}"));
                self.add(MATCHES, format!("{route} rule {rule} match {match_index}: {verdict}"));
                // The match that holds is the last one tried, and always kept.
                self.matches.truncate(KEPT - 1);
                self.matches.push(ExplainedMatch { route: route.to_owned(), rule, match_index, miss });
            }
            Step::BackendRef { kind, name, weight, priority, takes_part } => {
                let verdict = if takes_part { "takes part" } else { "takes no part" };
                self.add(BACKENDS, format!("{kind} {name}: weight {weight}, priority {priority}, {verdict}"));
            }
            Step::Draw { what, below, number } => {
                let section = if what.starts_with("model") { MODEL } else { self.draw_section() };
                if !self.in_fallbacks && self.draws.len() < KEPT {
                    self.draws.push(ExplainedDraw { what, below, number });
                }
                self.add(section, format!("draw of {what}: {number} of 0..{below}"));
            }
            Step::BackendChosen { kind, name } => self.add(BACKENDS, format!("chosen: {kind} {name}")),
            Step::PassedOver { reason } => self.add(BACKENDS, format!("passed over: {reason}")),
            Step::ModelChosen { model } => self.add(MODEL, format!("asks for {model}")),
            Step::FallbacksBegin => self.in_fallbacks = true,
            // Listed once, where the primary is picked.
            Step::Profile { .. } | Step::Endpoint { .. } if self.in_fallbacks => {}
            Step::Profile { name } => self.table.begin(name),
            Step::Endpoint { id, address, in_flight, removed_by, demand } => {
                self.table.add(id, address, in_flight, removed_by, demand);
            }
            Step::Saturation { saturation, ceiling } => {
                if !self.in_fallbacks {
                    self.saturation = Some(ExplainedSaturation { saturation, ceiling });
                }
                self.add(
                    ENDPOINTS,
                    format!("pool saturation {saturation:.4}, turned away from {ceiling:.4} on"),
                );
            }
            Step::Scored { id, scorer, rating, weight, points } if !self.in_fallbacks => {
                let scorer = scorer.to_owned();
                self.table.rate(id, ExplainedScore { scorer, rating, weight, points });
            }
            Step::Scored { .. } => {}
            Step::ScorerFailed { scorer, reason } => {
                if !self.in_fallbacks && self.failures.len() < KEPT {
                    let (scorer, reason) = (scorer.to_owned(), reason.to_owned());
                    self.failures.push(ExplainedFailure { scorer, reason });
                }
                self.add(ENDPOINTS, format!("{scorer} failed: {reason}"));
            }
            Step::Tie { number } => {
                self.add(ENDPOINTS, format!("equal scores: {number} is the larger number"))
            }
            Step::Paired { decode, prefill, decode_score, prefill_score, affinity } => {
                let sum = format!("{decode_score:.4} + {prefill_score:.4} + {affinity:.4} for both together");
                self.add(ENDPOINTS, format!("paired: {decode} generates, {prefill} prefills: {sum}"));
            }
            Step::Picked { id, picker } => {
                if !self.in_fallbacks {
                    self.picked.push(ExplainedPick { endpoint: id.to_owned(), picker });
                    self.table.pick(id, picker == Picker::MaxScore.as_str());
                }
                self.add(ENDPOINTS, format!("picked by {picker}: {id}"));
            }
        }
    }
}

fn sentence<S: Deref<Target = State>>(decision: &Decision<S>) -> String {
    let mut line = format!("{} rule {} -> {}", decision.route(), decision.rule(), decision.backend());
    if decision.pool().is_some() {
        _ = write!(line, " -> {}", decision.endpoint());
    }
    _ = decision.address().map(|address| write!(line, " ({address})"));
    _ = decision.model_override().map(|model| write!(line, ", model {model}"));
    line
}

fn refusal<S: Deref<Target = State>>(no_route: &NoRoute<S>) -> String {
    match (no_route.route(), no_route.rule()) {
        (Some(route), Some(rule)) => {
            let backend = no_route.backend().map(|backend| format!("{backend} -> ")).unwrap_or_default();
            format!("{route} rule {rule} -> {backend}{no_route}")
        }
        _ => no_route.to_string(),
    }
}

impl Explanation {
    /// The decision or the refusal in one line.
    pub fn outcome(&self) -> &str {
        &self.outcome
    }

    /// The matches that were tried, in order of precedence: the last one holds, unless no rule matches. At most 64, the last of them always among them.
    pub fn matches(&self) -> &[ExplainedMatch] {
        &self.matches
    }

    /// The numbers that were drawn until the primary was settled. At most 64.
    pub fn draws(&self) -> &[ExplainedDraw] {
        &self.draws
    }

    /// What is printed, part by part.
    pub fn sections(&self) -> &[ExplainedSection] {
        &self.sections
    }

    /// The endpoints of the pool that the primary was picked from, in its order: who was removed, and how each scorer rated who was not. At most 64, and
    /// empty where no pool was reached.
    pub fn endpoints(&self) -> &[ExplainedEndpoint] {
        &self.endpoints
    }

    /// The least that would have to be otherwise for another endpoint to be picked; `None` where scores did not decide, or there is no other.
    pub fn nearest_change(&self) -> Option<&ExplainedChange> {
        self.nearest_change.as_ref()
    }

    /// The primary's endpoint, and before it those that other profiles picked for other parts of the request.
    pub fn picked(&self) -> &[ExplainedPick] {
        &self.picked
    }

    /// How full the primary's pool was, where that could have turned the request away.
    pub fn saturation(&self) -> Option<ExplainedSaturation> {
        self.saturation
    }

    /// Scorers of the host's own that could not rate.
    pub fn failures(&self) -> &[ExplainedFailure] {
        &self.failures
    }

    /// The seed of the decision's draws.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [seed {}]", self.outcome, self.seed)?;
        let last_section = self.sections.len().saturating_sub(1);
        for (position, section) in self.sections.iter().enumerate() {
            let is_last = position == last_section;
            write!(f, "\n{} {}", if is_last { "└─" } else { "├─" }, section.title)?;
            let bar = if is_last { " " } else { "│" };
            if section.left_out > 0 {
                write!(f, "\n{bar}  ├─ ({} more before the last)", section.left_out)?;
            }
            let last_line = section.lines.len().saturating_sub(1);
            for (position, line) in section.lines.iter().enumerate() {
                write!(f, "\n{bar}  {} {line}", if position == last_line { "└─" } else { "├─" })?;
            }
        }
        Ok(())
    }
}
