//! Results as text for a terminal.

use std::fmt::Write;

use super::bars::{Bar, Limit, Verdict};
use super::bootstrap::Interval;
use super::compare::{Rival, interval};
use super::metric::Metric;
use super::results::Results;

/// Rows of cells, the columns aligned: the first to the left, the others to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[column] - cell.chars().count());
            _ = if column == 0 { write!(line, "{cell}{pad}") } else { write!(line, "  {pad}{cell}") };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A value of a metric: shares in per cent, all others with three digits.
pub(super) fn value(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Goodput | Metric::HitRate => format!("{:.1} %", 100.0 * value),
        Metric::Fairness => format!("{value:.3}"),
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ if value >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// A comparison: a ratio, or a difference of shares.
pub(super) fn compared(metric: Metric, Interval { value, low, high }: Interval) -> String {
    match metric {
        Metric::Goodput | Metric::HitRate => {
            format!("{:+.1} pp [{:+.1}, {:+.1}]", 100.0 * value, 100.0 * low, 100.0 * high)
        }
        Metric::Fairness => format!("{value:+.3} [{low:+.3}, {high:+.3}]"),
        _ => format!("{value:.3} [{low:.3}, {high:.3}]"),
    }
}

/// All strategies of a cell, the means over its seeds, the least mean time to the first token first.
pub fn cell_table(results: &Results, cell: usize) -> String {
    let mut heads = vec![results.cells()[cell].to_string()];
    heads.extend(Metric::ALL.map(|metric| metric.heading().to_owned()));
    let mut strategies: Vec<(f64, &String)> = results
        .strategies()
        .iter()
        .filter_map(|name| Some((results.mean(cell, name, Metric::MeanTtft)?, name)))
        .collect();
    strategies.sort_by(|one, other| one.0.total_cmp(&other.0));
    let row = |(_, name): &(f64, &String)| {
        let mut row = vec![(*name).clone()];
        row.extend(Metric::ALL.map(|metric| {
            results.mean(cell, name, metric).map_or(String::new(), |mean| value(metric, mean))
        }));
        row
    };
    let mut rows = vec![heads];
    rows.extend(strategies.iter().map(row));
    aligned(&rows)
}

/// A strategy against each of the others over the everyday cells: ratios, and differences of shares, with 95 % intervals.
pub fn ratio_table(results: &Results, ours: &str, rivals: &[&str]) -> String {
    const SHOWN: [Metric; 5] =
        [Metric::MeanTtft, Metric::P99Ttft, Metric::P99Slowdown, Metric::MeanE2e, Metric::Goodput];
    let plain = results.select(|cell| cell.is_plain());
    let mut heads = vec![format!("{ours} over")];
    heads.extend(SHOWN.map(|metric| metric.heading().to_owned()));
    let line = |name: &str, rival: Rival<'_>| {
        let mut row = vec![name.to_owned()];
        row.extend(SHOWN.map(|metric| {
            interval(results, &plain, ours, rival, metric)
                .map_or("-".to_owned(), |interval| compared(metric, interval))
        }));
        row
    };
    let mut rows = vec![heads];
    rows.extend(rivals.iter().filter(|rival| **rival != ours).map(|rival| line(rival, Rival::Named(rival))));
    rows.push(line("the best of each cell", Rival::BestOf(rivals)));
    aligned(&rows)
}

/// The bars and what became of them.
pub fn bars_table(bars: &[Bar]) -> String {
    let mut rows = Vec::new();
    for bar in bars {
        rows.push(vec![format!("{} {} ({})", word(bar.verdict()), bar.id, bar.about)]);
        for check in &bar.checks {
            let measured = check.measured.map_or("-".to_owned(), |measured| format!("{:.3}", measured.value));
            rows.push(vec![
                format!("       {}", check.what),
                measured,
                limit(check.limit),
                word(check.verdict()).to_owned(),
            ]);
        }
    }
    // Headings are longer than what is below them and must not widen its columns.
    let (heads, checks): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(|row| row.len() == 1);
    let body = aligned(&checks);
    let (mut heads, mut body) = (heads.iter(), body.lines());
    let mut text = String::new();
    for row in &rows {
        let line = if row.len() == 1 { heads.next().map(|head| head[0].as_str()) } else { body.next() };
        _ = writeln!(text, "{}", line.unwrap_or_default());
    }
    text
}

/// A limit in signs.
pub(super) fn limit(limit: Limit) -> String {
    match limit {
        Limit::AtMost(value) => format!("≤ {value:.2}"),
        Limit::AtLeast(value) => format!("≥ {value:.2}"),
    }
}

/// A verdict in a word.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "pass",
        Verdict::Missed => "MISS",
        Verdict::NotRun => "not run",
    }
}

#[cfg(test)]
mod tests {
    use super::{bars_table, cell_table, ratio_table};
    use crate::quality::results::tests::row;
    use crate::quality::{Bar, Cell, Check, Interval, Limit, Results};

    #[test]
    fn columns_are_aligned_and_the_quickest_is_first() {
        let cell = Cell::plain("x", "8b", 4, 1.0);
        let results = Results::new(vec![row(&cell, "slow-one", 1, 2.0), row(&cell, "b", 1, 0.5)]);
        let table = cell_table(&results, 0);
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].starts_with("x/8b/n4/x1/r1  mean TTFT"), "{table}");
        assert!(lines[1].starts_with("b                  0.500"), "{table}");
        assert!(lines[2].contains("80.0 %"), "{table}");
        let ratios = ratio_table(&results, "b", &["slow-one"]);
        assert!(ratios.contains("0.250 [0.250, 0.250]") && ratios.contains("+15.0 pp"), "{ratios}");
    }

    #[test]
    fn bars_say_what_they_ask_and_what_they_got() {
        let check = |value: f64| Check {
            what: "mean TTFT".to_owned(),
            limit: Limit::AtMost(0.9),
            measured: Some(Interval { value, low: value, high: value }),
        };
        let bar = |value| Bar { id: "Q1", about: "against all", checks: vec![check(value)] };
        let table = bars_table(&[bar(0.8), bar(1.0)]);
        assert!(table.contains("pass Q1 (against all)") && table.contains("0.800  ≤ 0.90  pass"), "{table}");
        assert!(table.contains("MISS Q1"), "{table}");
    }
}
