use super::{Bar, Cast, Verdict, bars};
use crate::quality::results::tests::row;
use crate::quality::{Cell, Pool, Results, Row};

const PEERS: [&str; 7] = ["lmetric", "lpwl", "gie", "llmd-precise", "dynamo", "smg", "aibrix"];

fn cast() -> Cast<'static> {
    Cast {
        shipped: Some("ours"),
        miscalibrated: vec!["ours, costs x3"],
        ablated: Vec::new(),
        peers: PEERS.to_vec(),
    }
}

/// Rows of a cell: ours with this TTFT, every peer with 1.
fn rows(cell: &Cell, ours: f64) -> Vec<Row> {
    let mut rows = vec![row(cell, "ours", 1, ours)];
    rows.extend(PEERS.iter().map(|peer| row(cell, peer, 1, 1.0)));
    rows
}

fn bar(rows: Vec<Row>, id: &str) -> Bar {
    let all = bars(&Results::new(rows), &cast());
    all.into_iter().find(|bar| bar.id == id).unwrap_or_else(|| panic!("{id}"))
}

fn value(bar: &Bar, check: usize) -> f64 {
    bar.checks[check].measured.unwrap_or_else(|| panic!("{bar:?}")).value
}

#[test]
fn there_are_thirteen_and_without_runs_none_is_decided() {
    let all = bars(&Results::new(Vec::new()), &cast());
    assert_eq!(all.len(), 13);
    for bar in &all {
        assert_eq!(bar.verdict(), Verdict::NotRun, "{bar:?}");
    }
    assert!(bars(&Results::new(Vec::new()), &Cast::default()).is_empty());
}

#[test]
fn ratios_are_over_everyday_cells_alone() {
    let cell = Cell::plain("conversation", "8b", 8, 0.8);
    let mut all = rows(&cell, 0.5);
    all.extend(rows(&Cell { scrape: 5.0, ..cell }, 100.0));
    let q1 = bar(all, "Q1");
    assert!((value(&q1, 0) - 0.5).abs() < 1e-12);
    // Goodput is 1 - ttft / 10.
    assert!((value(&q1, 4) - 0.05).abs() < 1e-12);
    assert_eq!(q1.verdict(), Verdict::Passed);
}

#[test]
fn one_bad_cell_misses_the_third_bar_unless_it_is_overloaded() {
    let good = rows(&Cell::plain("conversation", "8b", 8, 0.8), 0.1);
    let with = |load| {
        let mut all = good.clone();
        all.extend(rows(&Cell::plain("hot", "8b", 8, load), 1.2));
        bar(all, "Q3")
    };
    assert_eq!(with(1.0).verdict(), Verdict::Missed);
    assert!(with(1.0).checks[4].what.contains("hot/8b/n8/x1/r1"));
    assert_eq!(with(1.1).verdict(), Verdict::Passed);
}

#[test]
fn the_knee_is_judged_by_its_worst_cell() {
    let mut all = rows(&Cell::plain("conversation", "8b", 4, 1.0), 0.5);
    all.extend(rows(&Cell::plain("synthetic", "8b", 8, 1.1), 0.9));
    all.extend(rows(&Cell::plain("synthetic", "8b", 8, 1.0), 5.0));
    let q5 = bar(all, "Q5");
    assert!((value(&q5, 0) - 0.9).abs() < 1e-12);
    assert_eq!(q5.verdict(), Verdict::Missed);
    let generators = bar(rows(&Cell::plain("chat", "8b", 4, 1.0), 0.5), "Q5");
    assert_eq!(generators.verdict(), Verdict::Passed);
}

#[test]
fn staleness_is_compared_with_the_same_cell_when_fresh() {
    let cell = Cell::plain("conversation", "8b", 8, 0.8);
    let mut all = rows(&cell, 1.0);
    all.extend(rows(&Cell { scrape: 5.0, ..cell.clone() }, 1.04));
    all.extend(rows(&Cell { delay: 5.0, ..cell }, 1.10));
    let q8 = bar(all, "Q8");
    assert!((value(&q8, 0) - 1.04).abs() < 1e-12);
    assert!((value(&q8, 1) - 1.10).abs() < 1e-12);
    assert_eq!(q8.verdict(), Verdict::Missed);
}

#[test]
fn replicas_and_mixed_pools_are_bars_of_their_own() {
    let cell = Cell::plain("conversation", "8b", 8, 0.8);
    let mut all = rows(&Cell { replicas: 4, ..cell.clone() }, 0.8);
    all.extend(rows(&Cell { pool: Pool::Mixed, ..cell.clone() }, 0.96));
    assert_eq!(bar(all.clone(), "Q9").verdict(), Verdict::Passed);
    assert_eq!(bar(all.clone(), "Q11").verdict(), Verdict::Missed);
    assert_eq!(bar(all, "Q1").verdict(), Verdict::NotRun);
}

#[test]
fn wrong_costs_are_compared_with_right_ones() {
    let cell = Cell::plain("conversation", "8b", 8, 0.8);
    let mut all = rows(&cell, 1.0);
    all.push(row(&cell, "ours, costs x3", 1, 1.05));
    let q10 = bar(all, "Q10");
    assert!((value(&q10, 0) - 1.05).abs() < 1e-12);
    assert_eq!(q10.verdict(), Verdict::Passed);
}
