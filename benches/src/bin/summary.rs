//! Gathers what the benchmarks measured into `target/bench/summary.json`, id to median nanoseconds, and prints it beside the committed baseline.
//!
//! `cargo run --release -p inferroute-benches --bin summary`, after `cargo bench`; with `--write-baseline` it replaces the baseline and the plot of the
//! documentation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use inferroute_benches::plot::by_endpoints;

type Figures = BTreeMap<String, f64>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.as_slice() {
        [] => summarize(false),
        [word] if word == "--write-baseline" => summarize(true),
        _ => Err("the only word is --write-baseline".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("summary: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn summarize(is_baseline: bool) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let out = root.join("target/bench/summary.json");
    let baseline = root.join("benches/baseline.json");
    // Figures of Python and Node stay, and those of benchmarks that did not run this time.
    let mut figures = read(&out).unwrap_or_default();
    collect(&root.join("target/criterion"), &mut figures)?;
    if figures.is_empty() {
        return Err("nothing was measured: run `cargo bench -p inferroute-benches` first".into());
    }
    let before = read(&baseline).unwrap_or_default();
    println!("{:<44} {:>14} {:>14} {:>8}", "id", "median", "baseline", "ratio");
    for (id, figure) in &figures {
        let before = before.get(id);
        let ratio = before.map_or("-".into(), |before| format!("{:.2}", figure / before));
        let before = before.map_or("-".into(), |before| shown(id, *before));
        println!("{id:<44} {:>14} {before:>14} {ratio:>8}", shown(id, *figure));
    }
    write(&out, &figures)?;
    println!("written to {}", out.display());
    if is_baseline {
        write(&baseline, &figures)?;
        let plot = root.join("docs/decision-cost.svg");
        std::fs::write(&plot, by_endpoints(&figures))
            .map_err(|error| format!("{}: {error}", plot.display()))?;
    }
    Ok(())
}

/// Adds the median of every benchmark whose results lie below `folder`.
fn collect(folder: &Path, figures: &mut Figures) -> Result<(), String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    for path in paths.iter().filter(|path| path.is_dir()) {
        if !path.ends_with("new") {
            collect(path, figures)?;
            continue;
        }
        let id = value(&path.join("benchmark.json"))?["full_id"].as_str().unwrap_or_default().to_owned();
        let median = value(&path.join("estimates.json"))?["median"]["point_estimate"].as_f64();
        figures.insert(id, median.ok_or_else(|| format!("{}: no median", path.display()))?);
    }
    Ok(())
}

fn value(path: &Path) -> Result<serde_json::Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Option<Figures> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

fn write(path: &Path, figures: &Figures) -> Result<(), String> {
    let tenths: Figures = figures.iter().map(|(id, ns)| (id.clone(), (ns * 10.0).round() / 10.0)).collect();
    let text = serde_json::to_string_pretty(&tenths).map_err(|error| error.to_string())?;
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|error| error.to_string())?;
    std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
}

/// Nanoseconds in a unit that suits them, or bytes.
fn shown(id: &str, figure: f64) -> String {
    match figure {
        bytes if id.starts_with("bytes/") => format!("{bytes:.1} B"),
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.2} us", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}
