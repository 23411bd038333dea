//! The endpoints of a pool in an explanation: who was removed, how each scorer rated who was not, and what would have changed the pick.

use std::fmt::Write;

use serde::Serialize;

use crate::explanation::{KEPT, Section};

/// A row an endpoint, in the order of the pool.
#[derive(Debug, Default)]
pub(crate) struct ScoreTable {
    rows: Vec<ExplainedEndpoint>,
    left_out: usize,
    /// Where the rows of the profile that runs begin: a pool has rows for each profile.
    begin: usize,
    /// Whether that profile has picked.
    is_settled: bool,
    /// Where the rows of the profile that picked first, which is the primary's, end.
    end: Option<usize>,
    /// The endpoint that its highest score took.
    best: Option<String>,
}

/// An endpoint of the pool as a decision saw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExplainedEndpoint {
    /// Its id.
    pub id: String,
    /// `host:port`, where it is known.
    pub address: Option<String>,
    /// Requests in flight there.
    pub in_flight: u32,
    /// The filter that took it out; `None` if it stayed.
    pub removed_by: Option<&'static str>,
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

    pub(crate) fn add(
        &mut self,
        id: &str,
        address: Option<&str>,
        in_flight: u32,
        removed_by: Option<&'static str>,
    ) {
        if self.is_settled {
            (self.begin, self.is_settled) = (self.rows.len(), false);
        }
        if self.rows.len() == KEPT {
            self.left_out += 1;
            return;
        }
        let (id, address) = (id.to_owned(), address.map(str::to_owned));
        let (scores, total) = (Vec::new(), None);
        self.rows.push(ExplainedEndpoint { id, address, in_flight, removed_by, scores, total });
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
        self.is_settled = true;
    }

    /// Puts the rows before the lines of a section, and after them what would have changed the pick.
    pub(crate) fn print_around(self, section: &mut Section) -> Vec<ExplainedEndpoint> {
        section.lines.extend(self.nearest_change());
        section.lines.splice(0..0, self.rows.iter().map(ExplainedEndpoint::line));
        section.left_out += self.left_out;
        self.rows
    }

    /// The least that a scorer would have to see differently for another endpoint to be picked.
    fn nearest_change(&self) -> Option<String> {
        let rows = self.rows.get(..self.end?).unwrap_or_default();
        let best = rows.iter().find(|row| Some(&row.id) == self.best.as_ref())?;
        let others = rows.iter().filter(|row| row.id != best.id);
        let second = others.filter_map(|row| Some((row.total?, row)));
        let (score, second) = second.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let gap = best.total? - score;
        let mut line = format!("nearest change: {} is {gap:.4} points behind", second.id);
        // Of the scorers that could make up for it alone, the one that would have to move least.
        let ways = second.scores.iter().filter_map(|rating| {
            let now = rating.rating.unwrap_or_default().clamp(0.0, 1.0);
            let wanted = now + gap / rating.weight;
            (rating.weight > 0.0 && wanted <= 1.0).then_some((now, wanted, rating.scorer.as_str()))
        });
        match ways.min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) {
            Some((now, wanted, scorer)) if gap > 0.0 => {
                _ = write!(line, "; a {scorer} of more than {wanted:.4} instead of {now:.4} would win");
            }
            None if gap > 0.0 => line.push_str("; no scorer alone could make up for that"),
            _ => line.push_str("; another seed may pick it"),
        }
        Some(line)
    }
}
