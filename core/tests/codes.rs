//! Every code has its page, and the page's example produces it. What is printed for the example is renewed with `INFERROUTE_RENEW=1`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking and reads its files"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use inferroute::{Code, Diagnostic, Format, Manifests, Options, Severity, Texts};

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
        let effect =
            if code.severity() == Severity::Error { "\nAn error: " } else { "arning: the load goes on." };
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

#[test]
fn every_page_has_its_code_and_its_row() {
    let folder = path(Code::Syntax).parent().unwrap().to_owned();
    let pages = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(pages, Code::ALL.len());
    for code in Code::ALL {
        let severity = if *code == Code::NotFound { "warning or info" } else { code.severity().as_str() };
        let row = format!("\n| [{code}](codes/{code}.md) | {severity} | ");
        assert!(TABLE.contains(&row), "docs/codes.md lacks a row `{}`", row.trim());
    }
}
