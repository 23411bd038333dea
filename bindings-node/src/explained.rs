//! The endpoints of an explanation as values: who was removed, and what each scorer made of whom.

use inferroute::{Step, Trace};
use serde::Serialize;

/// Keeps what a decision tells of endpoints, until its primary is settled.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explained {
    endpoints: Vec<EndpointRow>,
    /// The primary, and before it those that other profiles picked.
    picked: Vec<Picked>,
    saturation: Option<SaturationRow>,
    scorers_failed: Vec<FailedRow>,
    #[serde(skip)]
    is_over: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndpointRow {
    id: String,
    address: Option<String>,
    in_flight: u32,
    removed_by: Option<&'static str>,
    scores: Vec<ScoreRow>,
    /// The sum of the points; absent where nothing scored.
    score: Option<f64>,
}

#[derive(Serialize)]
struct ScoreRow {
    scorer: String,
    rating: Option<f64>,
    weight: f64,
    points: f64,
}

#[derive(Serialize)]
struct Picked {
    endpoint: String,
    picker: &'static str,
}

#[derive(Serialize)]
struct SaturationRow {
    saturation: f64,
    ceiling: f64,
}

#[derive(Serialize)]
struct FailedRow {
    scorer: String,
    reason: String,
}

impl Trace for Explained {
    const ON: bool = true;

    fn record(&mut self, step: Step<'_>) {
        match step {
            Step::FallbacksBegin => self.is_over = true,
            _ if self.is_over => {}
            Step::Endpoint { id, address, in_flight, removed_by } => self.endpoints.push(EndpointRow {
                id: id.to_owned(),
                address: address.map(str::to_owned),
                in_flight,
                removed_by,
                scores: Vec::new(),
                score: None,
            }),
            Step::Scored { id, scorer, rating, weight, points } => {
                // A profile that runs after another lists the endpoints again.
                if let Some(row) = self.endpoints.iter_mut().rev().find(|row| row.id == id) {
                    row.score = Some(row.score.unwrap_or(0.0) + points);
                    let scorer = scorer.to_owned();
                    row.scores.push(ScoreRow { scorer, rating, weight, points });
                }
            }
            Step::Saturation { saturation, ceiling } => {
                self.saturation = Some(SaturationRow { saturation, ceiling });
            }
            Step::ScorerFailed { scorer, reason } => {
                self.scorers_failed.push(FailedRow { scorer: scorer.to_owned(), reason: reason.to_owned() });
            }
            Step::Picked { id, picker } => self.picked.push(Picked { endpoint: id.to_owned(), picker }),
            _ => {}
        }
    }
}
