//! Runs the quality protocol: `cargo run --release -p inferroute-benches --bin quality -- --help`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use inferroute::PredictedCompletion;
use inferroute_benches::quality::{
    Cast, Cell, Plan, Progress, Results, Row, Strategy, Verdict, bars, bars_table, cell_table, factor, page,
    ratio_table, run_all,
};
use inferroute_benches::workloads::{RECIPES, directory};

const HELP: &str = "\
Compares strategies in the simulator. Without options: the quick matrix.

  --full                the full matrix
  --only WORDS          only cells whose name has all of these comma-separated words, as in conversation/8b/n8/x0.8/r1;
                        a whole name means that cell alone, and several alternatives are separated by |
  --strategy A,B        only these strategies
  --set A=1,B=0.5       factors of the shipped router, by their names in an EndpointPickerConfig, instead of those that are recommended
  --seeds N             seeds a cell
  --requests N          requests of a generated workload, for each endpoint
  --traces DIR          where traces lie; else INFERROUTE_TRACES, else ../shared/traces beside the repository
  --out DIR             where results.json and report.html go; else target/quality
  --threads N           runs at a time; else 2
  --from A,B            runs nothing: bars and report of the rows in these files, results.json or rows.jsonl of earlier runs
  --list                names of workloads, strategies and cells

One cell of your own, with any of these:

  --workload NAME  --hardware 8b|32b|70b  --endpoints N  --load X  --replicas N  --scrape SECONDS  --delay SECONDS
";

fn main() -> ExitCode {
    match Arguments::read(std::env::args().skip(1)).and_then(|arguments| arguments.map_or(Ok(()), execute)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("quality: {problem}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Debug, Default)]
struct Arguments {
    full: bool,
    list: bool,
    only: Option<String>,
    strategies: Option<Vec<String>>,
    settings: PredictedCompletion,
    seeds: Option<u64>,
    requests: Option<usize>,
    traces: Option<PathBuf>,
    out: Option<PathBuf>,
    threads: Option<usize>,
    from: Option<Vec<PathBuf>>,
    own: Option<Cell>,
}

impl Arguments {
    /// Nothing if only the help was asked for.
    fn read(mut words: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut read = Self::default();
        while let Some(name) = words.next() {
            let flag = match name.as_str() {
                "--help" | "-h" => {
                    print!("{HELP}");
                    return Ok(None);
                }
                "--full" => Some(&mut read.full),
                "--list" => Some(&mut read.list),
                _ => None,
            };
            if let Some(flag) = flag {
                *flag = true;
                continue;
            }
            let mut value = || words.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--only" => read.only = Some(value()?),
                "--strategy" => read.strategies = Some(parts(&value()?)),
                "--from" => read.from = Some(parts(&value()?).iter().map(PathBuf::from).collect()),
                "--set" => parts(&value()?).iter().try_for_each(|part| set(&mut read.settings, part))?,
                "--seeds" => read.seeds = Some(number(&name, &value()?, 1)?),
                "--requests" => read.requests = Some(number(&name, &value()?, 1)? as usize),
                "--traces" => read.traces = Some(value()?.into()),
                "--out" => read.out = Some(value()?.into()),
                "--threads" => read.threads = Some(number(&name, &value()?, 1)? as usize),
                _ => read.own_cell(&name, value)?,
            }
        }
        Ok(Some(read))
    }

    fn own_cell(
        &mut self,
        name: &str,
        mut value: impl FnMut() -> Result<String, String>,
    ) -> Result<(), String> {
        let cell = self.own.get_or_insert_with(|| Cell::plain("chat", "8b", 8, 0.8));
        match name {
            "--workload" => cell.workload = value()?,
            "--hardware" => cell.hardware = value()?,
            "--endpoints" => cell.endpoints = number(name, &value()?, 1)? as usize,
            "--replicas" => cell.replicas = number(name, &value()?, 1)? as usize,
            "--load" => cell.load = positive(name, &value()?)?,
            "--scrape" => cell.scrape = positive(name, &value()?)?,
            "--delay" => cell.delay = positive(name, &value()?)?,
            _ => return Err(format!("there is no option {name}; see --help")),
        }
        Ok(())
    }

    fn plan(&self) -> Plan {
        let mut plan = match &self.own {
            Some(cell) => Plan::single(cell.clone()),
            None if self.full => Plan::full(),
            None => Plan::quick(),
        };
        plan.seeds = self.seeds.unwrap_or(plan.seeds);
        plan.requests = self.requests.unwrap_or(plan.requests);
        plan
    }

    fn strategies(&self) -> Result<Vec<Strategy>, String> {
        let mut strategies = Strategy::all(self.settings);
        if let Some(names) = &self.strategies {
            if let Some(unknown) =
                names.iter().find(|name| strategies.iter().all(|known| known.name != **name))
            {
                return Err(format!("there is no strategy `{unknown}`; see --list"));
            }
            strategies.retain(|strategy| names.contains(&strategy.name));
        }
        Ok(strategies)
    }
}

/// Sets what `NAME=VALUE` says.
fn set(settings: &mut PredictedCompletion, text: &str) -> Result<(), String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let value = value.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0);
    let value = value.ok_or_else(|| format!("--set needs names and numbers of at least 0, not `{text}`"))?;
    let factor = factor(settings, name).ok_or_else(|| format!("there is no factor `{name}`"))?;
    *factor = value;
    Ok(())
}

/// Between commas.
fn parts(value: &str) -> Vec<String> {
    value.split(',').map(|part| part.trim().to_owned()).collect()
}

fn number(name: &str, value: &str, least: u64) -> Result<u64, String> {
    let wrong = || format!("{name} needs a whole number of at least {least}, not `{value}`");
    value.parse().ok().filter(|number| (least..=1_000_000).contains(number)).ok_or_else(wrong)
}

fn positive(name: &str, value: &str) -> Result<f64, String> {
    let wrong = || format!("{name} needs a number above 0, not `{value}`");
    value.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0).ok_or_else(wrong)
}

fn execute(arguments: Arguments) -> Result<(), String> {
    let strategies = arguments.strategies()?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("target/quality"));
    let (results, said) = match &arguments.from {
        Some(files) => (read(files)?, Vec::new()),
        None => match run_plan(&arguments, &strategies, &out)? {
            Some(run) => run,
            None => return Ok(()),
        },
    };
    let cast = Cast::of(&strategies);
    let (results_path, report) = (out.join("results.json"), out.join("report.html"));
    std::fs::create_dir_all(&out).map_err(about(&out))?;
    results.write(&results_path).map_err(about(&results_path))?;
    std::fs::write(&report, page(&results, &cast, &said)).map_err(about(&report))?;
    say(&format!("{}{}\n{}\n", summary(&results, &cast), results_path.display(), report.display()));
    Ok(())
}

fn read(files: &[PathBuf]) -> Result<Results, String> {
    let mut rows = Vec::new();
    for file in files {
        rows.extend(Row::read(file).map_err(about(file))?);
    }
    Ok(Results::new(rows))
}

/// What came of the plan, and what must be said of it; nothing if only its names were asked for.
fn run_plan(
    arguments: &Arguments,
    strategies: &[Strategy],
    out: &Path,
) -> Result<Option<(Results, Vec<String>)>, String> {
    let traces = directory(arguments.traces.as_deref());
    let mut plan = arguments.plan();
    let said = if arguments.own.is_some() { Vec::new() } else { plan.stand_in(traces.as_deref()) };
    if let Some(only) = &arguments.only {
        plan.entries.retain(|(cell, _)| cell.is_meant_by(only));
    }
    if arguments.list {
        say(&list(&plan, strategies));
        return Ok(None);
    }
    if plan.entries.is_empty() {
        return Err("no cell has all of these words; see --list".to_owned());
    }
    for word in &said {
        eprintln!("{word}");
    }
    // Rows as they come, for those who cannot wait, in no certain order.
    let rows = out.join("rows.jsonl");
    std::fs::create_dir_all(out).map_err(about(out))?;
    let stream = Mutex::new(std::fs::File::create(&rows).map_err(about(&rows))?);
    let progress = Progress::begin();
    let heard = |row: &Row, done: usize, total: usize| {
        if let Ok(line) = serde_json::to_string(row) {
            _ = writeln!(stream.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
        }
        progress.tell(done, total, &row.cell.to_string());
    };
    let threads = arguments.threads.unwrap_or(2);
    let results = run_all(&plan, strategies, traces.as_deref(), threads, &heard);
    progress.end();
    Ok(Some((results.map_err(|error| error.to_string())?, said)))
}

fn about(path: &Path) -> impl Fn(std::io::Error) -> String {
    let path = path.display().to_string();
    move |cause| format!("{path}: {cause}")
}

/// To the standard output, as far as someone listens: `quality --list | head` is no failure.
fn say(text: &str) {
    _ = std::io::stdout().write_all(text.as_bytes());
}

fn list(plan: &Plan, strategies: &[Strategy]) -> String {
    let workloads = RECIPES.iter().map(|recipe| recipe.name.to_owned());
    let strategies = strategies.iter().map(|strategy| strategy.name.clone());
    let cells = plan.entries.iter().map(|(cell, _)| cell.to_string());
    let names = |title: &str, names: Vec<String>| format!("{title}\n  {}\n", names.join("\n  "));
    names("workloads", workloads.collect())
        + &names("strategies", strategies.collect())
        + &names("cells", cells.collect())
}

fn summary(results: &Results, cast: &Cast<'_>) -> String {
    let mut parts = Vec::new();
    let cells = results.cells().len();
    if cells <= 4 {
        parts.extend((0..cells).map(|cell| cell_table(results, cell)));
    }
    parts.extend(cast.reference().map(|reference| ratio_table(results, reference, &cast.peers)));
    let bars = bars(results, cast);
    if !bars.is_empty() {
        let count = |verdict| bars.iter().filter(|bar| bar.verdict() == verdict).count();
        let (passed, missed) = (count(Verdict::Passed), count(Verdict::Missed));
        parts.push(bars_table(&bars));
        parts.push(format!("{passed} of {} bars passed, {missed} missed\n", bars.len()));
    }
    parts.iter().map(|part| format!("{part}\n")).collect()
}
