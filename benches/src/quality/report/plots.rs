//! The plots of the report.

use std::fmt::Write;

use super::chart::{Chart, Line, Scale};
use super::escaped;
use crate::quality::bars::Cast;
use crate::quality::cell::{Cell, Pool, Upset};
use crate::quality::metric::Metric;
use crate::quality::metrics::QUANTILES;
use crate::quality::results::Results;

/// The peers in colour; all others stay grey.
const COLOURED: [(&str, &str); 8] = [
    ("lmetric", "#0969da"),
    ("lpwl", "#8250df"),
    ("llmd-precise", "#1a7f37"),
    ("gie", "#bf8700"),
    ("dynamo", "#76b900"),
    ("smg-events", "#e85aad"),
    ("aibrix", "#0b7a8a"),
    ("least-request", "#8c6d46"),
];

const OURS: &str = "#e5484d";

fn colour(name: &str, cast: &Cast<'_>) -> Option<&'static str> {
    if cast.shipped == Some(name) {
        return Some(OURS);
    }
    COLOURED.iter().find(|(peer, _)| *peer == name).map(|(_, colour)| *colour)
}

/// The strategies to be compared in plots: ours first.
fn shown<'a>(cast: &Cast<'a>) -> impl Iterator<Item = &'a str> {
    cast.shipped.into_iter().chain(cast.peers.clone())
}

fn section(title: &str, words: &str, legend: &str, figures: &[String]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    format!("<h2>{title}</h2>\n<p>{words}</p>\n{legend}<div class=\"plots\">\n{}</div>\n", figures.concat())
}

fn legend(cast: &Cast<'_>) -> String {
    let mut text = String::from("<div class=\"legend\">");
    for name in shown(cast) {
        if let Some(colour) = colour(name, cast) {
            _ = write!(text, "<span><i style=\"border-color: {colour}\"></i>{}</span>", escaped(name));
        }
    }
    text + "<span class=\"faint\">others are grey; point at a line for its name</span></div>\n"
}

/// Lines of a metric over cells that differ in one number.
fn lines(results: &Results, cast: &Cast<'_>, cells: &[(f64, usize)], metric: Metric) -> Vec<Line> {
    let line = |name: &str| Line {
        name: name.to_owned(),
        colour: colour(name, cast),
        points: cells.iter().filter_map(|(x, cell)| Some((*x, results.mean(*cell, name, metric)?))).collect(),
    };
    shown(cast).map(line).collect()
}

/// Groups of at least two cells that are alike but for one number, by what they share.
fn families(
    results: &Results,
    belongs: impl Fn(&Cell) -> bool,
    number: impl Fn(&mut Cell) -> &mut f64,
) -> Vec<(Cell, Vec<(f64, usize)>)> {
    let mut families: Vec<(Cell, Vec<(f64, usize)>)> = Vec::new();
    for cell in results.select(belongs) {
        let mut shared = results.cells()[cell].clone();
        let x = std::mem::replace(number(&mut shared), 0.0);
        match families.iter_mut().find(|(other, _)| *other == shared) {
            Some((_, cells)) => cells.push((x, cell)),
            None => families.push((shared, vec![(x, cell)])),
        }
    }
    families.retain(|(_, cells)| cells.len() > 1);
    for (_, cells) in &mut families {
        cells.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    families
}

/// Mean TTFT against load.
pub(super) fn loads(results: &Results, cast: &Cast<'_>) -> String {
    let figures: Vec<String> = families(results, Cell::is_plain, |cell| &mut cell.load)
        .iter()
        .filter_map(|(shared, cells)| {
            let caption = format!("{}, {}, {} endpoints", shared.workload, shared.hardware, shared.endpoints);
            let chart = Chart {
                caption: &caption,
                across: ("load, of flood capacity", Scale::Even),
                up: ("mean TTFT, s", Scale::Powers),
            };
            chart.draw(&lines(results, cast, cells, Metric::MeanTtft))
        })
        .collect();
    let words =
        "A load of 1 is the speed at which least in flight works off all requests when they come at once.";
    section("TTFT against load", words, &legend(cast), &figures)
}

/// Cumulative distributions of the TTFT, in the busiest cell of a workload that is not overloaded.
pub(super) fn distributions(results: &Results, cast: &Cast<'_>) -> String {
    let mut chosen: Vec<usize> = Vec::new();
    for number in results.select(|cell| cell.is_plain() && !crate::quality::is_overload(cell)) {
        let key = |cell: &Cell| (cell.load, cell.endpoints == 8);
        let cells = results.cells();
        match chosen.iter_mut().find(|other| cells[**other].workload == cells[number].workload) {
            None => chosen.push(number),
            Some(other) if key(&cells[number]) > key(&cells[*other]) => *other = number,
            Some(_) => {}
        }
    }
    let line = |cell: usize, name: &str| Line {
        name: name.to_owned(),
        colour: colour(name, cast),
        points: QUANTILES
            .iter()
            .enumerate()
            .filter_map(|(n, share)| {
                let values =
                    || results.figures(cell, name).filter_map(|(_, figures)| figures.ttft_quantiles.get(n));
                let count = values().count();
                (count > 0).then(|| (values().sum::<f64>() / count as f64, 100.0 * share))
            })
            .collect(),
    };
    let figures: Vec<String> = chosen
        .iter()
        .filter_map(|cell| {
            let caption = results.cells()[*cell].to_string();
            let chart = Chart {
                caption: &caption,
                across: ("TTFT, s", Scale::Powers),
                up: ("% of requests within it", Scale::Even),
            };
            chart.draw(&shown(cast).map(|name| line(*cell, name)).collect::<Vec<_>>())
        })
        .collect();
    let words =
        "Further to the left is better: so many of the requests have their first token within that time.";
    section("Distributions of TTFT", words, &legend(cast), &figures)
}

/// Mean TTFT against the age of what gateways hear.
pub(super) fn staleness(results: &Results, cast: &Cast<'_>) -> String {
    let even = |cell: &Cell| cell.replicas == 1 && cell.pool == Pool::Even && cell.fault == Upset::None;
    let usual = Cell::plain("", "", 0, 0.0);
    let draw = |word: &str, families: Vec<(Cell, Vec<(f64, usize)>)>| -> Vec<String> {
        let figure = |(shared, cells): &(Cell, Vec<(f64, usize)>)| {
            let caption =
                format!("{word}: {}, {} endpoints, load {}", shared.workload, shared.endpoints, shared.load);
            let chart = Chart {
                caption: &caption,
                across: ("seconds", Scale::Powers),
                up: ("mean TTFT, s", Scale::Powers),
            };
            chart.draw(&lines(results, cast, cells, Metric::MeanTtft))
        };
        families.iter().filter_map(figure).collect()
    };
    let scrapes = families(results, |cell| even(cell) && cell.delay == usual.delay, |cell| &mut cell.scrape);
    let delays = families(results, |cell| even(cell) && cell.scrape == usual.scrape, |cell| &mut cell.delay);
    let mut figures = draw("seconds between scrapes", scrapes);
    figures.extend(draw("delay of KV events", delays));
    let words = "What gateways hear of endpoints grows old between scrapes, what they hear of caches is old when it comes.";
    section("Staleness", words, &legend(cast), &figures)
}

/// Mean TTFT against the number of gateways.
pub(super) fn replicas(results: &Results, cast: &Cast<'_>) -> String {
    let mut groups: Vec<(Cell, Vec<(f64, usize)>)> = Vec::new();
    for number in results.select(|cell| Cell { replicas: 1, ..cell.clone() }.is_plain()) {
        let cell = &results.cells()[number];
        let (shared, x) = (Cell { replicas: 1, ..cell.clone() }, cell.replicas as f64);
        match groups.iter_mut().find(|(other, _)| *other == shared) {
            Some((_, cells)) => cells.push((x, number)),
            None => groups.push((shared, vec![(x, number)])),
        }
    }
    let figure = |(shared, cells): &mut (Cell, Vec<(f64, usize)>)| {
        cells.sort_by(|one, other| one.0.total_cmp(&other.0));
        let caption = format!("{}, {} endpoints, load {}", shared.workload, shared.endpoints, shared.load);
        let chart = Chart {
            caption: &caption,
            across: ("gateways", Scale::Even),
            up: ("mean TTFT, s", Scale::Powers),
        };
        chart.draw(&lines(results, cast, cells, Metric::MeanTtft))
    };
    let figures: Vec<String> =
        groups.iter_mut().filter(|(_, cells)| cells.len() > 1).filter_map(figure).collect();
    let words = "Requests are spread over gateways that do not know what the others sent.";
    section("Gateways", words, &legend(cast), &figures)
}

/// Bars of the shipped router without its parts, and with wrong costs, over itself.
pub(super) fn ablation(results: &Results, cast: &Cast<'_>) -> String {
    let Some(ours) = cast.shipped else { return String::new() };
    let mut figures = Vec::new();
    for cell in results.select(Cell::is_plain) {
        let Some(whole) = results.mean(cell, ours, Metric::MeanTtft) else { continue };
        let others = cast.ablated.iter().chain(&cast.miscalibrated);
        let ratios: Vec<(&str, f64)> = others
            .filter_map(|name| Some((*name, results.mean(cell, name, Metric::MeanTtft)? / whole)))
            .filter(|(_, ratio)| ratio.is_finite())
            .collect();
        if ratios.is_empty() {
            continue;
        }
        let most = ratios.iter().map(|(_, ratio)| *ratio).fold(1.0, f64::max);
        let height = 22 * ratios.len() + 6;
        let caption = results.cells()[cell].to_string();
        let mut svg = format!(
            "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 360 {height}\" role=\"img\">",
            escaped(&caption)
        );
        for (n, (name, ratio)) in ratios.iter().enumerate() {
            let (y, width) = (22 * n, 150.0 * ratio / most);
            let name = escaped(name);
            _ = write!(svg, "<text x=\"150\" y=\"{}\" text-anchor=\"end\">{name}</text>", y + 15);
            _ = write!(
                svg,
                "<rect x=\"156\" y=\"{}\" width=\"{width:.1}\" height=\"14\" fill=\"{OURS}\"/>",
                y + 4
            );
            _ = write!(svg, "<text x=\"{:.1}\" y=\"{}\">{ratio:.3}</text>", 161.0 + width, y + 15);
        }
        let whole = 156.0 + 150.0 / most;
        _ = write!(
            svg,
            "<path d=\"M{whole:.1} 0V{height}\" stroke=\"currentColor\" stroke-dasharray=\"3 3\"/></svg></figure>"
        );
        figures.push(svg);
    }
    let words = "Mean TTFT without a part, or with wrong costs, over that of the whole (the dashed line): above 1 the part helps.";
    section("Ablation", words, "", &figures)
}
