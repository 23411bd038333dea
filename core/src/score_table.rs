//! The endpoints of a pool in an explanation: who was removed, how each scorer rated who was not, and what would have changed the pick.

use std::fmt::Write;

use serde::Serialize;

use crate::explained::{ExplainedChange, ExplainedMove, ExplainedSection};
use crate::explanation::KEPT;

/// A row an endpoint, in the order of the pool.
#[derive(Debug, Default)]
pub(crate) struct ScoreTable {
    rows: Vec<ExplainedEndpoint>,
    left_out: usize,
    /// The profile that runs.
    profile: String,
    /// Where its rows begin: a pool has rows for each profile.
    begin: usize,
    /// Where the rows of the profile that picked first, which is the primary's, end.
    end: Option<usize>,
    /// The endpoint that its highest score took.
    best: Option<String>,
}

/// An endpoint of the pool as a decision saw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainedEndpoint {
    /// The profile that looked at it.
    pub profile: String,
    /// Its id.
    pub id: String,
    /// `host:port`, where it is known.
    pub address: Option<String>,
    /// Requests in flight there.
    pub in_flight: u32,
    /// The filter that took it out; `None` if it stayed.
    pub removed_by: Option<&'static str>,
    /// What that filter asks of endpoints, in words; `None` if it stayed.
    pub demand: Option<String>,
    /// What each scorer made of it, in the order of the profile; empty where it was removed.
    pub scores: Vec<ExplainedScore>,
    /// The sum of all points; `None` where nothing scored it.
    pub total: Option<f64>,
}

/// What a scorer made of an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainedScore {
    /// The scorer's type name.
    pub scorer: String,
    /// The rating as the scorer gave it; `None` where it could make nothing of the endpoint.
    pub rating: Option<f64>,
    /// What a rating counts.
    pub weight: f64,
    /// What it adds to the total: weight times the rating held to 0..=1.
    pub points: f64,
}

impl ExplainedEndpoint {
    fn line(&self) -> String {
        let mut line = self.id.clone();
        _ = self.address.as_ref().map(|address| write!(line, " ({address})"));
        _ = write!(line, ": {} in flight", self.in_flight);
        _ = self.removed_by.map(|filter| write!(line, ", removed by {filter}"));
        for ExplainedScore { scorer, rating, points, .. } in &self.scores {
            _ = match rating {
                Some(rating) => write!(line, ", {scorer} {rating:.4} gives {points:.4}"),
                None => write!(line, ", {scorer} knows nothing"),
            };
        }
        _ = self.total.map(|total| write!(line, ", score {total:.4}"));
        line
    }
}

impl ScoreTable {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows that follow are what this profile made of the endpoints.
    pub(crate) fn begin(&mut self, profile: &str) {
        profile.clone_into(&mut self.profile);
        self.begin = self.rows.len();
    }

    pub(crate) fn add(
        &mut self,
        id: &str,
        address: Option<&str>,
        in_flight: u32,
        removed_by: Option<&'static str>,
        demand: Option<&str>,
    ) {
        if self.rows.len() == KEPT {
            self.left_out += 1;
            return;
        }
        self.rows.push(ExplainedEndpoint {
            profile: self.profile.clone(),
            id: id.to_owned(),
            address: address.map(str::to_owned),
            in_flight,
            removed_by,
            demand: demand.map(str::to_owned),
            scores: Vec::new(),
            total: None,
        });
    }

    pub(crate) fn rate(&mut self, id: &str, score: ExplainedScore) {
        let mut rows = self.rows.iter_mut().skip(self.begin);
        if let Some(row) = rows.find(|row| row.id == id) {
            row.total = Some(row.total.unwrap_or_default() + score.points);
            row.scores.push(score);
        }
    }

    /// A profile has picked; `by_score` where the highest score took it.
    pub(crate) fn pick(&mut self, id: &str, by_score: bool) {
        if self.end.is_none() {
            self.end = Some(self.rows.len());
            self.best = by_score.then(|| id.to_owned());
        }
    }

    /// Puts the rows before the lines of a section, and after them what would have changed the pick.
    pub(crate) fn print_around(&self, section: &mut ExplainedSection, change: Option<&ExplainedChange>) {
        section.lines.extend(change.map(ExplainedChange::to_string));
        section.lines.splice(0..0, self.rows.iter().map(ExplainedEndpoint::line));
        section.left_out += self.left_out;
    }

    pub(crate) fn into_rows(self) -> Vec<ExplainedEndpoint> {
        self.rows
    }

    /// The least that a scorer would have to see differently for another endpoint to be picked.
    pub(crate) fn nearest_change(&self) -> Option<ExplainedChange> {
        let rows = self.rows.get(..self.end?).unwrap_or_default();
        let best = rows.iter().find(|row| Some(&row.id) == self.best.as_ref())?;
        let others = rows.iter().filter(|row| row.id != best.id);
        let second = others.filter_map(|row| Some((row.total?, row)));
        let (score, second) = second.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let behind = best.total? - score;
        // Of the scorers that could make up for it alone, the one that would have to move least.
        let moves = second.scores.iter().filter_map(|score| {
            let rating = score.rating.unwrap_or_default().clamp(0.0, 1.0);
            let wanted = rating + behind / score.weight;
            let scorer = || score.scorer.clone();
            (score.weight > 0.0 && wanted <= 1.0).then(|| ExplainedMove { scorer: scorer(), rating, wanted })
        });
        let least = moves.min_by(|a, b| (a.wanted - a.rating).total_cmp(&(b.wanted - b.rating)));
        let by = least.filter(|_| behind > 0.0);
        Some(ExplainedChange { endpoint: second.id.clone(), behind, by })
    }
}
