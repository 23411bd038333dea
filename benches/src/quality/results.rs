//! The figures of all runs, as a file and as an index.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::metric::Metric;
use super::metrics::Figures;

/// The figures of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its situation.
    #[serde(flatten)]
    pub cell: Cell,
    /// Its seed.
    pub seed: u64,
    /// Who chose.
    pub strategy: String,
    /// What came of it, in seconds and shares.
    #[serde(flatten)]
    pub figures: Figures,
}

impl Row {
    /// The rows of a file that [`Results::write`] wrote, or of one with a row a line.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is neither.
    pub fn read(path: &Path) -> io::Result<Vec<Self>> {
        let text = std::fs::read_to_string(path)?;
        if text.trim_start().starts_with('[') {
            return Ok(serde_json::from_str(&text)?);
        }
        text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }
}

/// The rows by cell, strategy and seed.
#[derive(Debug)]
pub struct Results {
    rows: Vec<Row>,
    cells: Vec<Cell>,
    strategies: Vec<String>,
    index: HashMap<(usize, String), BTreeMap<u64, usize>>,
}

impl Results {
    /// An index of these rows. Of equal cells, strategies and seeds the last counts.
    pub fn new(rows: Vec<Row>) -> Self {
        let mut results =
            Self { rows: Vec::new(), cells: Vec::new(), strategies: Vec::new(), index: HashMap::new() };
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (n, row) in rows.iter().enumerate() {
            let number = *numbers.entry(row.cell.to_string()).or_insert_with(|| {
                results.cells.push(row.cell.clone());
                results.cells.len() - 1
            });
            if !results.strategies.contains(&row.strategy) {
                results.strategies.push(row.strategy.clone());
            }
            results.index.entry((number, row.strategy.clone())).or_default().insert(row.seed, n);
        }
        results.rows = rows;
        results
    }

    /// Writes the rows as a JSON list.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = String::from("[\n");
        for (n, row) in self.rows.iter().enumerate() {
            text.push_str(if n == 0 { "" } else { ",\n" });
            text.push_str(&serde_json::to_string(row)?);
        }
        std::fs::write(path, text + "\n]\n")
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The cells, in the order of the rows.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The strategies, in the order of the rows.
    pub fn strategies(&self) -> &[String] {
        &self.strategies
    }

    /// The numbers of the cells of which this holds.
    pub fn select(&self, holds: impl Fn(&Cell) -> bool) -> Vec<usize> {
        (0..self.cells.len()).filter(|number| holds(&self.cells[*number])).collect()
    }

    /// The figures of a strategy in a cell, by seed.
    pub fn figures(&self, cell: usize, strategy: &str) -> impl Iterator<Item = (u64, &Figures)> {
        let of = self.index.get(&(cell, strategy.to_owned()));
        of.into_iter().flatten().map(|(seed, row)| (*seed, &self.rows[*row].figures))
    }

    /// The mean of a figure over the seeds, geometric unless it is a share; nothing if the strategy did not run there.
    pub fn mean(&self, cell: usize, strategy: &str, metric: Metric) -> Option<f64> {
        let values: Vec<f64> = self.figures(cell, strategy).map(|(_, figures)| metric.of(figures)).collect();
        mean(&values, metric)
    }
}

/// The mean that fits a metric.
pub(super) fn mean(values: &[f64], metric: Metric) -> Option<f64> {
    let count = values.len() as f64;
    match values {
        [] => None,
        values if metric.is_share() => Some(values.iter().sum::<f64>() / count),
        values => Some((values.iter().map(|value| value.ln()).sum::<f64>() / count).exp()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Results, Row};
    use crate::quality::{Cell, Figures, Metric};

    /// A row with this mean time to the first token, and figures made of it.
    pub(in crate::quality) fn row(cell: &Cell, strategy: &str, seed: u64, ttft: f64) -> Row {
        let figures = Figures {
            mean_ttft: ttft,
            p50_ttft: ttft,
            p99_ttft: ttft,
            p99_slowdown: ttft,
            mean_e2e: ttft,
            p99_tpot: ttft,
            goodput: 1.0 - ttft / 10.0,
            hit_rate: 0.5,
            imbalance: 1.0,
            fairness: 0.5,
            preemptions: 0,
            ttft_quantiles: vec![ttft; 21],
        };
        Row { cell: cell.clone(), seed, strategy: strategy.to_owned(), figures }
    }

    #[test]
    fn rows_are_found_again_and_means_are_geometric_but_for_shares() {
        let cell = Cell::plain("x", "8b", 4, 1.0);
        let rows = vec![row(&cell, "a", 1, 1.0), row(&cell, "b", 1, 7.0), row(&cell, "a", 2, 4.0)];
        let results = Results::new(rows);
        assert_eq!((results.cells().len(), results.strategies().len()), (1, 2));
        assert_eq!(results.mean(0, "a", Metric::MeanTtft), Some(2.0));
        assert_eq!(results.mean(0, "a", Metric::Goodput), Some(0.75));
        assert_eq!(results.mean(0, "c", Metric::Goodput), None);
    }

    #[test]
    fn a_file_holds_a_flat_object_a_run() {
        let cell = Cell::plain("x", "8b", 4, 1.0);
        let results = Results::new(vec![row(&cell, "a", 1, 1.0), row(&cell, "a", 2, 4.0)]);
        let path = std::env::temp_dir().join(format!("inferroute-results-{}.json", std::process::id()));
        results.write(&path).unwrap_or_else(|error| panic!("{error}"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}"));
        let _ = std::fs::remove_file(&path);
        let rows: Vec<Row> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(rows, results.rows());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(value[1]["trace"], "x");
        assert_eq!(value[1]["mean_ttft"], 4.0);
        assert_eq!(value[1]["fault"], "none");
    }
}
