//! The table and the file: what each workload took, with the ratio to ours.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::measure::{Contender, Cost, in_turns};

/// All workloads that were measured.
#[derive(Default)]
pub struct Report {
    rows: Vec<Value>,
    group: &'static str,
}

impl Report {
    /// Begins a group of workloads; `notes` say what is not alike.
    pub fn group(&mut self, title: &'static str, notes: &[&str]) {
        self.group = title;
        println!("\n## {title}\n");
        for note in notes {
            println!("{note}");
        }
        println!("\n{:<18}{:<66}{:>12}{:>12}{:>12}{:>10}", "", "", "median", "p10", "p90", "of ours");
    }

    /// Measures a workload. The first contender is ours, to which the others are compared: above 1 they take longer.
    pub fn measure(&mut self, workload: &str, mut contenders: Vec<Contender<'_>>) {
        let costs = in_turns(&mut contenders);
        let Some(ours) = costs.first().copied() else { return };
        for (contender, cost) in contenders.iter().zip(&costs) {
            self.row(workload, &contender.who, *cost, ours);
        }
    }

    fn row(&mut self, workload: &str, who: &str, cost: Cost, ours: Cost) {
        let ratio = cost.median / ours.median;
        let [median, low, high] = [cost.median, cost.low, cost.high].map(nanos);
        println!("{workload:<18}{who:<66}{median:>12}{low:>12}{high:>12}{ratio:>9.2}x");
        self.rows.push(json!({
            "group": self.group, "workload": workload, "who": who,
            "median_ns": rounded(cost.median), "p10_ns": rounded(cost.low), "p90_ns": rounded(cost.high), "ratio": rounded(ratio),
        }));
    }

    /// Writes everything to a file.
    pub fn save(&self, path: &Path, versions: &Value, elsewhere: &Value) -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let all = json!({ "versions": versions, "measured": self.rows, "measured_elsewhere": elsewhere });
        fs::write(path, format!("{all:#}\n"))
    }
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A time as people read it.
pub fn nanos(nanos: f64) -> String {
    match nanos {
        ..1e3 => format!("{nanos:.1} ns"),
        ..1e6 => format!("{:.2} us", nanos / 1e3),
        _ => format!("{:.2} ms", nanos / 1e6),
    }
}
