//! Every code has its page or, of metrics, its section, and the example there produces it. What is printed for the example is renewed with `INFERROUTE_RENEW=1`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads its files"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use inferroute::{
    Code, Diagnostic, Format, LoadReport, Manifests, MetricsCode, Options, Profile, Scheduling,
    ScrapeOptions, Severity, Texts,
};

const TABLE: &str = include_str!("../../docs/codes.md");

fn path(code: Code) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(code.docs())
}

fn page(code: Code) -> String {
    std::fs::read_to_string(path(code)).unwrap_or_else(|error| panic!("{}: {error}", code.docs()))
}

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, behind)) = rest.split_once("\n```") {
        let (info, behind) = behind.split_once('\n').unwrap();
        let end = if behind.starts_with("```") { 0 } else { behind.find("\n```").unwrap() + 1 };
        found.push((info, &behind[..end]));
        rest = &behind[end + 3..];
    }
    found
}

/// What loading a block finds, under the options that its fence names.
fn found(info: &str, text: &str) -> Vec<Diagnostic> {
    let mut options = Options::default();
    for option in info.split(' ').skip(1) {
        options = match option {
            "strict" => options.strict(true),
            "inference_extension=false" => options.inference_extension(false),
            "scheduling" => options.scheduling(Scheduling::single(Profile::new("of the host"))),
            other => panic!("no option {other}"),
        };
    }
    let mut manifests = Manifests::default();
    manifests.add("example.yaml", text);
    match manifests.compile(&options) {
        Ok(plan) => plan.warnings().to_vec(),
        Err(problems) => problems.iter().cloned().collect(),
    }
}

#[test]
fn every_code_has_a_page_whose_example_produces_it() {
    for code in Code::ALL.iter().copied() {
        let page = page(code);
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        assert!(page.contains(code.meaning()), "{code}: the page lacks the meaning `{}`", code.meaning());
        let effect = match code.severity() {
            Severity::Error => "\nAn error: ",
            Severity::Warning => "arning: the load goes on.",
            Severity::Info => "\nAn info: the load goes on.",
        };
        assert!(page.contains(effect), "{code}: the page does not say its severity");
        for heading in ["\n## Example\n", "\n## Cause\n", "\n## Remedy\n"] {
            assert!(page.contains(heading), "{code}: the page lacks {heading}");
        }
        let blocks = blocks(&page);
        let [(info, example), ("text", printed), fixed @ ..] = blocks.as_slice() else {
            panic!("{code}: an example and what is printed for it, not {blocks:?}")
        };
        let found = self::found(info, example);
        let codes: BTreeSet<Code> = found.iter().map(Diagnostic::code).collect();
        assert_eq!(codes, BTreeSet::from([code]), "{code}: the example shows this code and no other");
        let text = Texts::default().add("example.yaml", example).render(&found, Format::Text);
        if std::env::var_os("INFERROUTE_RENEW").is_some() {
            let renewed = page.replacen(&format!("```text\n{printed}"), &format!("```text\n{text}"), 1);
            std::fs::write(path(code), renewed).unwrap();
        } else {
            assert_eq!(*printed, text, "{code}");
        }
        for (info, text) in fixed {
            let left = self::found(info, text);
            assert!(
                left.iter().all(|found| found.severity() == Severity::Info),
                "{code}: the remedy: {left:?}"
            );
        }
    }
}

/// What is printed for lines of a metrics page, under the options behind their fence.
fn problems(info: &str, lines: &str) -> String {
    let mut options = ScrapeOptions::default();
    let mut text = lines.to_owned();
    for option in info.split(' ').skip(1) {
        let (name, value) =
            option.split_once('=').map_or((option, 0), |(name, n)| (name, n.parse().unwrap()));
        match name {
            "line_bytes" => options = options.line_bytes(value),
            "text_bytes" => options = options.text_bytes(value),
            "adapters" => options = options.adapters(value),
            "series" => text = (0..value).map(|n| lines.replace('N', &n.to_string())).collect(),
            "torn" => text.truncate(lines.trim_end().len()),
            other => panic!("no option {other}"),
        }
    }
    let scrape = LoadReport::from_prometheus(&text, &options);
    scrape.problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn every_code_of_metrics_has_a_section_whose_lines_produce_it() {
    let path = path(Code::Syntax).with_file_name("MT.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let sections: Vec<&str> = page.split("\n## ").skip(1).collect();
    assert_eq!(sections.len(), MetricsCode::ALL.len());
    let mut renewed = page.clone();
    for (code, section) in MetricsCode::ALL.iter().zip(sections) {
        assert!(section.starts_with(&format!("{code}\n\n")), "{code}");
        let row = format!("\n| [{code}](codes/MT.md#{}) | ", code.as_str().to_ascii_lowercase());
        assert!(TABLE.contains(&row), "docs/codes.md lacks a row `{}`", row.trim());
        let blocks = blocks(section);
        let [(info, lines), ("text", printed)] = blocks.as_slice() else {
            panic!("{code}: lines and what is printed for them, not {blocks:?}")
        };
        let found = problems(info, lines);
        assert!(found.lines().count() > 0, "{code}: nothing is wrong");
        assert!(found.lines().all(|line| line.starts_with(code.as_str())), "{code}: {found}");
        let remedy = section.rsplit("```").next().unwrap().trim();
        assert!(!remedy.is_empty(), "{code}: the section does not say what to do");
        if std::env::var_os("INFERROUTE_RENEW").is_some() {
            let shown = section.replacen(&format!("```text\n{printed}"), &format!("```text\n{found}"), 1);
            renewed = renewed.replacen(section, &shown, 1);
        } else {
            assert_eq!(*printed, found, "{code}");
        }
    }
    if renewed != page {
        std::fs::write(path, renewed).unwrap();
    }
}

#[test]
fn every_page_has_its_code_and_its_row() {
    let folder = path(Code::Syntax).parent().unwrap().to_owned();
    let pages = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(pages, Code::ALL.len() + 1, "one page a code, and one for all codes of metrics");
    for code in Code::ALL {
        let severity = match code {
            Code::NotFound | Code::BadFilter => "warning or info",
            code => code.severity().as_str(),
        };
        let row = format!("\n| [{code}](codes/{code}.md) | {severity} | ");
        assert!(TABLE.contains(&row), "docs/codes.md lacks a row `{}`", row.trim());
    }
}
