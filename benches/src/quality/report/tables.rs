//! The tables of the report.

use std::fmt::Write;

use super::escaped;
use crate::quality::bars::{Bar, Verdict};
use crate::quality::compare::{Rival, interval};
use crate::quality::metric::Metric;
use crate::quality::results::Results;
use crate::quality::table::{compared, limit, value, word};

/// What was run, and what was not.
pub(super) fn extent(results: &Results, said: &[String]) -> String {
    let mut seeds: Vec<u64> = results.rows().iter().map(|row| row.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let mut text = format!(
        "<p>{} runs: {} cells, {} strategies, {} seeds.</p>\n",
        results.rows().len(),
        results.cells().len(),
        results.strategies().len(),
        seeds.len()
    );
    for word in said {
        _ = writeln!(text, "<p class=\"note\">{}.</p>", escaped(word));
    }
    text
}

/// The bars.
pub(super) fn bars(bars: &[Bar]) -> String {
    if bars.is_empty() {
        return String::new();
    }
    let class = |verdict| match verdict {
        Verdict::Passed => "pass",
        Verdict::Missed => "miss",
        Verdict::NotRun => "faint",
    };
    let mut text = String::from(
        "<h2>Bars</h2>\n<p>What is asked of the shipped router, most of it as ratios to others in the same runs; 95 % intervals in brackets.</p>\n\
         <div class=\"scroll\"><table>\n<tr><th>bar</th><th>measured</th><th>interval</th><th>asked</th><th>verdict</th></tr>\n",
    );
    for bar in bars {
        let verdict = bar.verdict();
        let (id, about, class_of, word_of) = (bar.id, escaped(bar.about), class(verdict), word(verdict));
        _ = writeln!(
            text,
            "<tr><th>{id}: {about}</th><td></td><td></td><td></td><td class=\"{class_of}\">{word_of}</td></tr>"
        );
        for check in &bar.checks {
            let measured = check.measured.map_or(("-".to_owned(), String::new()), |measured| {
                (format!("{:.3}", measured.value), format!("[{:.3}, {:.3}]", measured.low, measured.high))
            });
            let verdict = check.verdict();
            _ = writeln!(
                text,
                "<tr><td class=\"what\">{}</td><td>{}</td><td class=\"faint\">{}</td><td>{}</td><td class=\"{}\">{}</td></tr>",
                escaped(&check.what),
                measured.0,
                measured.1,
                limit(check.limit),
                class(verdict),
                word(verdict)
            );
        }
    }
    text + "</table></div>\n"
}

/// A strategy over each of the others.
pub(super) fn ratios(results: &Results, ours: &str, rivals: &[&str]) -> String {
    let plain = results.select(|cell| cell.is_plain());
    if plain.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "<h2>Ratios</h2>\n<p>{} over each of the others: geometric means over the {} everyday cells, differences for shares, with 95 % intervals of the \
         paired bootstrap over cells and seeds. Below 1 is better, above 0 for shares.</p>\n<div class=\"scroll\"><table>\n<tr><th>over</th>",
        escaped(ours),
        plain.len()
    );
    for metric in Metric::ALL {
        _ = write!(text, "<th>{}</th>", metric.heading());
    }
    text.push_str("</tr>\n");
    let mut line = |name: &str, rival: Rival<'_>| {
        _ = write!(text, "<tr><td>{}</td>", escaped(name));
        for metric in Metric::ALL {
            let cell = interval(results, &plain, ours, rival, metric);
            _ = write!(
                text,
                "<td>{}</td>",
                // The interval below the value: ten of them side by side are wider than a screen.
                cell.map_or("-".to_owned(), |interval| {
                    compared(metric, interval).replacen(" [", "<br><span class=\"faint\">[", 1) + "</span>"
                })
            );
        }
        text.push_str("</tr>\n");
    };
    let ran = |rival: &&&str| **rival != ours && results.strategies().iter().any(|name| name == **rival);
    for rival in rivals.iter().filter(ran) {
        line(rival, Rival::Named(rival));
    }
    line("the best of each cell", Rival::BestOf(rivals));
    text + "</table></div>\n"
}

/// All figures of all cells, to be opened one by one.
pub(super) fn cells(results: &Results, ours: &str) -> String {
    let mut text = String::from(
        "<h2>All cells</h2>\n<p>Means over seeds, geometric but for shares, the shortest mean TTFT first. A cell is named by its workload, hardware, endpoints \
         (n), load (x) and gateways (r); then comes what is not as usual: seconds between scrapes, the delay of KV events, a mixed pool, what befalls an \
         endpoint.</p>\n",
    );
    for (number, cell) in results.cells().iter().enumerate() {
        _ = write!(
            text,
            "<details><summary>{}</summary><div class=\"scroll\"><table><tr><th>strategy</th>",
            escaped(&cell.to_string())
        );
        for metric in Metric::ALL {
            _ = write!(text, "<th>{}</th>", metric.heading());
        }
        text.push_str("<th>preemptions</th></tr>\n");
        let mut ranked: Vec<(f64, &str)> = results
            .strategies()
            .iter()
            .filter_map(|name| Some((results.mean(number, name, Metric::MeanTtft)?, name.as_str())))
            .collect();
        ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
        for (_, name) in ranked {
            let class = if name == ours { " class=\"ours\"" } else { "" };
            _ = write!(text, "<tr{class}><td>{}</td>", escaped(name));
            for metric in Metric::ALL {
                let mean = results.mean(number, name, metric);
                _ = write!(text, "<td>{}</td>", mean.map_or("-".to_owned(), |mean| value(metric, mean)));
            }
            let preemptions: u64 =
                results.figures(number, name).map(|(_, figures)| figures.preemptions).sum();
            _ = writeln!(text, "<td>{preemptions}</td></tr>");
        }
        text.push_str("</table></div></details>\n");
    }
    text
}
