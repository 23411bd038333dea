//! Every code is described, with its severity, and carries the text it is described under.

use inferroute::{Code, Severity};

const PAGE: &str = include_str!("../../docs/codes.md");

#[test]
fn every_code_has_its_section() {
    for code in Code::ALL {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let heading = format!("\n## {code} ({severity}): ");
        assert!(PAGE.contains(&heading), "docs/codes.md lacks a section `{}`", heading.trim());
    }
}

#[test]
fn every_section_has_its_code() {
    let sections = PAGE.lines().filter(|line| line.starts_with("## RT")).count();
    assert_eq!(sections, Code::ALL.len());
}
