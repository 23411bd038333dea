//! Metrics pages of model servers, read for JavaScript.

use inferroute::{LoadReport, MetricsProblem, Scrape, ScrapeOptions};
use serde::Serialize;

use crate::border::{Answer, Call};
use crate::errors::{Failure, answer};

#[derive(Serialize)]
struct ScrapeView {
    report: LoadReport,
    engine: Option<&'static str>,
    problems: Vec<ProblemView>,
    unlisted: usize,
}

#[derive(Serialize)]
struct ProblemView {
    #[serde(flatten)]
    problem: MetricsProblem,
    message: String,
}

/// Arguments: the page, options in JSON.
pub(crate) fn scrape(call: &Call) -> Answer {
    let mut copied = Vec::new();
    let page = call.bytes(0, &mut copied).unwrap_or_default();
    let options: Result<ScrapeOptions, _> = serde_json::from_str(&call.text(1).unwrap_or_default());
    answer(options.map_err(|error| Failure::option(format!("options: {error}"))).map(|options| {
        let Scrape { report, engine, problems, unlisted, .. } = LoadReport::from_prometheus(page, &options);
        let view = |problem: MetricsProblem| ProblemView { problem, message: problem.to_string() };
        let problems = problems.into_iter().map(view).collect();
        ScrapeView { report, engine: engine.map(|engine| engine.as_str()), problems, unlisted }
    }))
}
