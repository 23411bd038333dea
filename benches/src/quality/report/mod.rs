//! The report: one HTML file that needs nothing else, with plots as SVG.

mod chart;
mod plots;
mod tables;

use super::bars::{Cast, bars};
use super::results::Results;

/// The page of these results. `said` are the words that must not be lost: traces that were not there, cells that were left out.
pub fn page(results: &Results, cast: &Cast<'_>, said: &[String]) -> String {
    let reference = cast.reference().unwrap_or_default();
    let mut body = String::from("<h1>How well requests are routed</h1>\n");
    body.push_str(INTRODUCTION);
    body.push_str(&tables::extent(results, said));
    body.push_str(&tables::bars(&bars(results, cast)));
    body.push_str(&tables::ratios(results, reference, &cast.peers));
    body.push_str(&plots::loads(results, cast));
    body.push_str(&plots::distributions(results, cast));
    body.push_str(&plots::staleness(results, cast));
    body.push_str(&plots::replicas(results, cast));
    body.push_str(&plots::ablation(results, cast));
    body.push_str(&tables::cells(results, reference));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>How well requests are routed</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

const INTRODUCTION: &str = "<p>Every strategy routes the same requests over the same simulated model servers, with the same seeds. \
    <b>TTFT</b> is the time from a request's arrival to its first token, <b>slowdown</b> that time over what the request would take alone at an \
    endpoint with an empty cache, <b>E2E</b> the time to the last token, <b>TPOT</b> the time between two tokens, <b>goodput</b> the share of requests \
    with a first token within 2 s and 50 ms a token, <b>imbalance</b> the longest queue over the mean one, <b>fairness</b> Jain's index of the tenants' mean \
    slowdowns. The first tenth of every run is dropped.</p>\n\
    <p class=\"note\">Seconds are those of a simulator with calibrated step times; such simulators err by 18 % in the mean TTFT and by 29 % at its 99th \
    percentile. Rankings and ratios are what is claimed here, not seconds.</p>\n";

const STYLE: &str = "
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #6a737d; --line: #d8dee4; --good: #1a7f37; --bad: #cf222e; --grey: #b9c0c7; }
@media (prefers-color-scheme: dark) { :root { --paper: #0f1419; --ink: #dde3ea; --faint: #8b949e; --line: #2d343c; --good: #4ac26b; --bad: #ff7b72; --grey: #4a525b; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px; }
h1 { font-size: 26px; } h2 { margin-top: 40px; font-size: 20px; border-bottom: 1px solid var(--line); }
.note { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { padding: 3px 7px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
tr.ours { font-weight: 600; }
td.what { text-align: left; padding-left: 24px; }
.faint { color: var(--faint); } .pass { color: var(--good); } .miss { color: var(--bad); font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); gap: 20px; }
figure { margin: 0; } figcaption { font-size: 13px; font-weight: 600; }
figure > svg { width: 100%; height: auto; display: block; overflow: visible; }
svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
svg .axis { stroke: var(--line); fill: none; } svg .other { stroke: var(--grey); }
.legend { font-size: 13px; margin: 8px 0; } .legend span { margin-right: 16px; white-space: nowrap; }
.legend i { display: inline-block; width: 18px; height: 0; border-top: 3px solid; margin-right: 5px; vertical-align: middle; }
details { margin: 8px 0; } summary { cursor: pointer; }
";

/// Text that stands for itself in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::quality::results::tests::row;
    use crate::quality::{Cast, Cell, Results};

    #[test]
    fn a_page_has_plots_and_tables_and_asks_nothing_of_the_network() {
        let mut rows = Vec::new();
        for load in [0.8, 1.0] {
            let cell = Cell::plain("chat", "8b", 8, load);
            rows.extend([row(&cell, "ours", 1, load / 2.0), row(&cell, "a<b", 1, load)]);
            rows.extend([row(&cell, "without", 1, load)]);
            let several = Cell { replicas: 4, ..cell.clone() };
            rows.extend([row(&several, "ours", 1, load), row(&several, "a<b", 1, 2.0 * load)]);
            let stale = Cell { scrape: 5.0, ..cell.clone() };
            rows.extend([row(&stale, "ours", 1, load), row(&stale, "a<b", 1, 2.0 * load)]);
        }
        let results = Results::new(rows);
        let cast =
            Cast { shipped: Some("ours"), ablated: vec!["without"], peers: vec!["a<b"], ..Cast::default() };
        let page = page(&results, &cast, &["conversation: its trace is not there".to_owned()]);
        for part in [
            "Bars",
            "Ratios",
            "against load",
            "Distributions",
            "Staleness",
            "Gateways",
            "Ablation",
            "All cells",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(page.contains("a&lt;b") && !page.contains("a<b"), "names are escaped");
        assert!(page.contains("its trace is not there"));
        assert!(page.contains("0.500<br><span class=\"faint\">[0.500, 0.500]</span>"));
        assert!(
            !page.contains("http") && !page.contains("<script") && !page.contains("NaN"),
            "self-contained"
        );
        for tag in ["svg", "figure", "table", "div", "details", "tr", "td", "p"] {
            let open = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(open, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }

    #[test]
    fn a_page_of_nothing_is_a_page() {
        assert!(page(&Results::new(Vec::new()), &Cast::default(), &[]).ends_with("</html>\n"));
    }
}
