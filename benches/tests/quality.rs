//! A tiny matrix from end to end: workloads, servers, strategies, figures, bars, files.

use std::path::PathBuf;
use std::process::Command;

use inferroute_benches::peers;
use inferroute_benches::quality::{
    Cast, Cell, Plan, Pool, Role, Row, Strategy, Upset, Verdict, bars, page, run_all,
};

fn lmetric(name: &str, role: Role) -> Strategy {
    let peer = peers::by_name("lmetric").unwrap_or_else(|| panic!("lmetric"));
    Strategy::new(name, role, |seed, _| peer.gateway(seed))
}

#[test]
fn a_strategy_is_as_good_as_itself_and_better_than_chance() {
    let plain = Cell::plain("agent-sessions", "8b", 3, 1.0);
    let cells = [
        plain.clone(),
        Cell { scrape: 5.0, ..plain.clone() },
        Cell { replicas: 4, fault: Upset::Removed, ..plain.clone() },
        Cell { pool: Pool::Mixed, ..plain },
    ];
    let entries = cells.map(|cell| (cell, vec![Role::Shipped, Role::Peer])).into();
    let plan = Plan { entries, seeds: 2, requests: 60 };
    let random = peers::by_name("random").unwrap_or_else(|| panic!("random"));
    let strategies = [
        lmetric("ours", Role::Shipped),
        lmetric("lmetric", Role::Peer),
        Strategy::new("random", Role::Peer, |seed, _| random.gateway(seed)),
    ];
    let results =
        run_all(&plan, &strategies, None, 2, &|_, _, _| {}).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(results.rows().len(), 24);
    let of = |name: &str| {
        let rows = results.rows().iter().filter(|row| row.strategy == name && row.cell.is_plain());
        rows.map(|row| row.figures.hit_rate).sum::<f64>()
    };
    assert!(of("lmetric") > of("random"), "{} {}", of("lmetric"), of("random"));
    let cast = Cast::of(&strategies);
    let bars = bars(&results, &cast);
    let first = &bars[0].checks[0];
    assert_eq!(
        first.measured.map(|interval| (interval.value, interval.low, interval.high)),
        Some((1.0, 1.0, 1.0))
    );
    assert_eq!(first.verdict(), Verdict::Missed);
    assert!(page(&results, &cast, &[]).contains("agent-sessions/8b/n3/x1/r1/mixed"));
}

#[test]
fn the_program_writes_its_results_and_report() {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("quality");
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quality"));
        command
            .args(["--seeds", "1", "--requests", "20", "--traces", "no/such/directory", "--out"])
            .arg(&out);
        command.args(more).output().unwrap_or_else(|error| panic!("{error}"))
    };
    let done = run(&["--only", "chat,n4/,r1/", "--strategy", "lmetric,random"]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap_or_else(|error| panic!("{error}"));
    let rows: Vec<Row> =
        serde_json::from_str(&read("results.json")).unwrap_or_else(|error| panic!("{error}"));
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.cell.workload == "chat" && row.figures.mean_ttft > 0.0));
    assert!(read("report.html").contains("<svg"));
    assert_eq!(read("rows.jsonl").lines().count(), rows.len());

    let from = |names: &[&str]| {
        let files: Vec<String> = names.iter().map(|name| out.join(name).display().to_string()).collect();
        let again = run(&["--strategy", "lmetric,random", "--from", &files.join(",")]);
        assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
        again.stdout
    };
    assert_eq!(from(&["results.json"]), done.stdout, "the same rows, the same words");
    from(&["results.json", "rows.jsonl"]);

    for (more, problem) in [
        (&["--only", "nothing"][..], "no cell"),
        (&["--strategy", "nobody"], "no strategy `nobody`"),
        (&["--load", "-1"], "--load needs a number above 0"),
        (&["--workload", "conversation"], "the trace of `conversation` is not there"),
        (&["--from", "no/such/file"], "no/such/file: "),
        (&["--frobnicate"], "there is no option --frobnicate"),
    ] {
        let failed = run(more);
        let said = String::from_utf8_lossy(&failed.stderr);
        assert!(!failed.status.success() && said.contains(problem), "{more:?}: {said}");
    }
}
