//! What scenarios cost in numbers that do not depend on how busy the machine is: instructions (by callgrind), allocations, bytes held.
//!
//! `cargo run --release -p inferroute-benches --bin cost -- check`, or without words for what it can do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use inferroute_benches::counting::Counting;
use inferroute_benches::scenarios::{self, Run, Scenario, held};
use serde::{Deserialize, Serialize};

const HELP: &str = "\
Counts what scenarios cost: instructions, allocations, bytes held.

  check [FILE]       counts, and fails where more than FILE says: 5 % more instructions, or any allocation more
  write [FILE]       counts, and writes FILE
  bytes              prints the bytes held for each rule, endpoint and cached block, as JSON
  run ID TIMES       runs one scenario, for other tools that count
  list               ids of the scenarios that are counted

FILE is benches/costs.json where it is left out. Instructions need valgrind.
";

/// Instructions may grow by this much before it counts as growth: layouts of unrelated code move them a little.
const TOLERANCE: f64 = 1.05;
/// Scenarios run under the counter for about as long as they take in this much of real time.
const SPAN: Duration = Duration::from_millis(3);

#[global_allocator]
static ALLOCATOR: Counting = Counting::new();

/// Held while allocations are counted.
static ALONE: Mutex<()> = Mutex::new(());

/// What a file of costs holds.
#[derive(Serialize, Deserialize)]
struct Costs {
    /// The compiler: another one makes other instructions.
    rustc: String,
    scenarios: BTreeMap<String, Cost>,
}

/// Of one run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Cost {
    instructions: u64,
    allocations: u64,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let file = |word: Option<&&str>| {
        let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("costs.json");
        word.map_or(default, |word| PathBuf::from(*word))
    };
    let outcome = match words.as_slice() {
        ["check", rest @ ..] if rest.len() < 2 => check(&file(rest.first())),
        ["write", rest @ ..] if rest.len() < 2 => write(&file(rest.first())),
        ["bytes"] => {
            let bytes: BTreeMap<_, _> = held::all(|| ALLOCATOR.held()).into_iter().collect();
            println!("{}", serde_json::to_string_pretty(&bytes).unwrap_or_default());
            Ok(())
        }
        ["run", id, times] => run(id, times),
        ["list"] => {
            counted().for_each(|scenario| println!("{}", scenario.id()));
            Ok(())
        }
        _ => Err(HELP.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("cost: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn counted() -> impl Iterator<Item = Scenario> {
    scenarios::all().into_iter().filter(Scenario::is_counted)
}

fn run(id: &str, times: &str) -> Result<(), String> {
    let scenario = scenarios::all().into_iter().find(|scenario| scenario.id() == id);
    let scenario = scenario.ok_or_else(|| format!("there is no scenario `{id}`"))?;
    let times = times.parse().map_err(|_| format!("`{times}` is not a number of times"))?;
    let mut run = scenario.prepare();
    warm(&mut run);
    inferroute_counted(&mut run, times);
    Ok(())
}

/// The first runs fill caches that later ones find full.
fn warm(run: &mut Run) {
    (0..10).for_each(|_| _ = run());
}

/// Runs something so many times. A function of its own, under a name that counting can be limited to.
#[inline(never)]
#[unsafe(no_mangle)]
fn inferroute_counted(run: &mut Run, times: u64) {
    (0..times).for_each(|_| _ = std::hint::black_box(run()));
}

/// Counts all, two at a time.
fn count() -> Result<Costs, String> {
    let ids: Vec<String> = counted().map(|scenario| scenario.id().to_owned()).collect();
    let (even, odd): (Vec<_>, Vec<_>) = ids.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let one = |ids: Vec<(usize, String)>| -> Result<Vec<(String, Cost)>, String> {
        ids.into_iter().map(|(_, id)| cost(&id).map(|cost| (id, cost))).collect()
    };
    let both = std::thread::scope(|scope| {
        let other = scope.spawn(|| one(odd));
        [one(even), other.join().unwrap_or_else(|_| Err("a counting thread panicked".into()))]
    });
    let mut all = BTreeMap::new();
    for some in both {
        all.extend(some?);
    }
    Ok(Costs { rustc: rustc()?, scenarios: all })
}

fn rustc() -> Result<String, String> {
    let said = Command::new("rustc").arg("--version").output().map_err(|error| format!("rustc: {error}"))?;
    Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// Counts one scenario in processes of its own, so that none sees what another left behind.
fn cost(id: &str) -> Result<Cost, String> {
    // The allocator counts for all threads, so that nobody else may even list scenarios.
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scenario = scenarios::all().into_iter().find(|scenario| scenario.id() == id);
    let mut run = scenario.ok_or_else(|| format!("there is no scenario `{id}`"))?.prepare();
    warm(&mut run);
    let started = Instant::now();
    let mut times = 0_u64;
    while started.elapsed() < SPAN {
        _ = run();
        times += 1;
    }
    let before = ALLOCATOR.allocations();
    inferroute_counted(&mut run, times);
    let allocations = (ALLOCATOR.allocations() - before) / times;
    drop(run);
    drop(alone);
    let exe = std::env::current_exe().map_err(|error| error.to_string())?;
    let said = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=inferroute_counted"])
        .arg(exe)
        .args(["run", id, &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind, which counts instructions, cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&said.stderr);
    let collected =
        said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse::<u64>().ok());
    let collected = collected.ok_or_else(|| format!("valgrind counted nothing for `{id}`:\n{said}"))?;
    eprintln!("{id}: {} instructions, {allocations} allocations", collected / times);
    Ok(Cost { instructions: collected / times, allocations })
}

fn write(file: &Path) -> Result<(), String> {
    let text = serde_json::to_string_pretty(&count()?).map_err(|error| error.to_string())?;
    std::fs::write(file, text + "\n").map_err(|error| format!("{}: {error}", file.display()))
}

fn check(file: &Path) -> Result<(), String> {
    let read = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let before: Costs =
        serde_json::from_str(&read).map_err(|error| format!("{}: {error}", file.display()))?;
    let now = count()?;
    let is_same_compiler = now.rustc == before.rustc;
    if !is_same_compiler {
        println!("counted with {}, the file with {}: only allocations are compared", now.rustc, before.rustc);
    }
    let mut grown = Vec::new();
    for (id, cost) in &now.scenarios {
        let Some(before) = before.scenarios.get(id) else {
            grown.push(format!("{id} is not in the file: `make costs` writes it"));
            continue;
        };
        let ratio = cost.instructions as f64 / before.instructions as f64;
        println!(
            "{id:<36} {:>10} instructions, {ratio:.3} of {}, {} allocations",
            cost.instructions, before.instructions, cost.allocations
        );
        if is_same_compiler && ratio > TOLERANCE {
            grown.push(format!(
                "{id} takes {} instructions, {} before",
                cost.instructions, before.instructions
            ));
        }
        if cost.allocations > before.allocations {
            grown.push(format!("{id} allocates {} times, {} before", cost.allocations, before.allocations));
        }
    }
    let (passed, failed) = (now.scenarios.len().saturating_sub(grown.len()), grown.len());
    println!("{passed} passed, {failed} failed");
    if grown.is_empty() { Ok(()) } else { Err(grown.join("\n")) }
}
