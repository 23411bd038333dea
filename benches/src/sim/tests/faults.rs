//! Endpoints that come, go, hang and slow down.

use super::super::{Arrival, Fault, FaultKind, Gateway, Hardware, Outcome, Settings, Workload, run};
use super::{LeastInFlight, Log, close, conversations, hardware, request, workload};

fn with(faults: Vec<Fault>, settings: Settings, workload: &Workload) -> (Outcome, Vec<String>) {
    let log = Log::default();
    let settings = Settings { faults, ..settings };
    let make = &mut |_| LeastInFlight::logging(&log) as Box<dyn Gateway>;
    (run(&settings, workload, make).expect("sound"), log.take())
}

fn fault(at: f64, kind: FaultKind) -> Fault {
    Fault { at, kind }
}

fn one() -> Settings {
    Settings::new(Hardware::ALL[0].clone(), 1)
}

#[test]
fn a_removed_endpoint_fails_its_requests_which_are_sent_again() {
    let requests =
        vec![request(Arrival::At(0.0), 8_192, 1, 0, 16), request(Arrival::At(0.0), 8_192, 1, 9_000, 16)];
    let workload = workload(16, requests);
    let settings = Settings { endpoints: 2, ..one() };
    let faults = vec![fault(0.1, FaultKind::Removed { endpoint: 1 })];
    let (outcome, log) = with(faults.clone(), settings.clone(), &workload);
    let cold = settings.hardware.prefill_time(8_192, 0);
    close(outcome.records[0].end, cold);
    let record = &outcome.records[1];
    assert_eq!((record.endpoint, record.attempts), (0, 2));
    close(record.arrival, 0.0);
    close(record.first_token, 2.0 * cold);
    let wanted = ["0.100 1 failed", "0.100 1 gone", "0.100 1 to 0"];
    assert!(log.windows(3).any(|lines| lines == wanted), "{log:?}");
    assert!(!log.iter().any(|line| line.contains(" 1 polled") && line.as_str() > "0.1001"));

    let (outcome, _) = with(faults, Settings { retry: false, ..settings }, &workload);
    assert_eq!((outcome.records.len(), outcome.failed), (1, vec![1]));
}

#[test]
fn an_added_endpoint_is_there_and_empty() {
    let requests =
        vec![request(Arrival::At(0.0), 8_192, 1, 0, 16), request(Arrival::At(0.1), 8_192, 1, 0, 16)];
    let faults = vec![fault(0.05, FaultKind::Added { slowdown: 2.0 })];
    let (outcome, log) = with(faults, one(), &workload(16, requests));
    assert!(log.contains(&"0.050 1 appeared".to_owned()));
    assert_eq!((outcome.records[1].endpoint, outcome.records[1].cached), (1, 0));
    close(outcome.records[1].ttft(), 2.0 * outcome.records[1].cold);
}

#[test]
fn a_slowed_endpoint_takes_so_many_times_as_long_from_its_next_step_on() {
    let requests = vec![request(Arrival::At(0.0), 16_384, 1, 0, 16)];
    let faults = vec![fault(0.1, FaultKind::Slowed { endpoint: 0, factor: 3.0 })];
    let (outcome, _) = with(faults, one(), &workload(16, requests));
    let hardware = &one().hardware;
    close(
        outcome.records[0].end,
        hardware.prefill_time(8_192, 0) + 3.0 * hardware.prefill_time(16_384, 8_192),
    );
}

#[test]
fn a_hung_endpoint_goes_on_where_it_was() {
    let requests =
        vec![request(Arrival::At(0.0), 8_192, 1, 0, 16), request(Arrival::At(3.0), 8_192, 1, 9_000, 16)];
    let hung = |at, seconds| fault(at, FaultKind::Hung { endpoint: 0, seconds });
    // Two spans that overlap in the middle of a step: 0.1 to 1.2. One while there is nothing to do: 2.5 to 4.
    let faults = vec![hung(0.1, 1.0), hung(0.2, 1.0), hung(2.5, 1.5)];
    let (outcome, log) = with(faults, one(), &workload(16, requests));
    close(outcome.records[0].end, outcome.records[0].cold + 1.1);
    close(outcome.records[1].end, outcome.records[1].cold + 4.0);
    assert!(log.iter().any(|line| line.starts_with("3.5") && line.contains("polled 1 0")));
}

#[test]
fn nothing_is_lost_when_much_befalls_the_endpoints() {
    for seed in 0..5 {
        let workload = conversations(seed, 100, 30.0, 16, 2_000);
        let faults = vec![
            fault(3.0, FaultKind::Hung { endpoint: 1, seconds: 4.0 }),
            fault(5.0, FaultKind::Removed { endpoint: 1 }),
            fault(6.0, FaultKind::Added { slowdown: 1.5 }),
            fault(10.0, FaultKind::Removed { endpoint: 0 }),
            fault(10.0, FaultKind::Removed { endpoint: 0 }),
            fault(12.0, FaultKind::Slowed { endpoint: 3, factor: 4.0 }),
            fault(15.0, FaultKind::Hung { endpoint: 0, seconds: 1.0 }),
        ];
        let settings = Settings { seed, replicas: 1, ..Settings::new(hardware(12_000), 3) };
        let (outcome, _) = with(faults, settings, &workload);
        let numbers: Vec<usize> = outcome.records.iter().map(|record| record.number).collect();
        assert_eq!(numbers, (0..workload.requests.len()).collect::<Vec<_>>());
        assert!(outcome.records.iter().any(|record| record.attempts > 1));
        assert!(outcome.records.iter().any(|record| record.endpoint == 3));
    }
}
