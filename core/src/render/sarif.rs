//! Diagnostics in the Static Analysis Results Interchange Format 2.1.0 (OASIS).

use std::collections::BTreeSet;
use std::fmt::Write;

use super::json::Json;
use super::{Sources, Texts};
use crate::manifest::{Code, Diagnostic, Severity};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// Where this project lives, as its package says; what the log refers to stands there.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// A source line of more characters than this is not quoted.
const WIDEST: usize = 400;

/// A log of one run.
pub(super) fn log<'d>(found: impl IntoIterator<Item = &'d Diagnostic>, texts: &Texts<'_>) -> String {
    let found: Vec<&Diagnostic> = found.into_iter().collect();
    let codes: BTreeSet<Code> = found.iter().map(|found| found.code()).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let files: BTreeSet<&str> =
        found.iter().map(|found| found.file()).chain(texts.texts.keys().copied()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    let mut sources = Sources::new(texts);
    let driver = vec![
        ("name", "inferroute".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("informationUri", REPOSITORY.into()),
        ("rules", Json::List(codes.iter().map(|code| rule(*code)).collect())),
    ];
    let results = found.iter().map(|found| result(found, &codes, &files, &mut sources)).collect();
    let artifacts = files.iter().map(|file| Json::Object(vec![("location", location(file, None))])).collect();
    let run = vec![
        ("tool", Json::Object(vec![("driver", Json::Object(driver))])),
        ("artifacts", Json::List(artifacts)),
        ("columnKind", "unicodeCodePoints".into()),
        ("results", Json::List(results)),
    ];
    Json::Object(vec![
        ("$schema", SCHEMA.into()),
        ("version", "2.1.0".into()),
        ("runs", Json::List(vec![Json::Object(run)])),
    ])
    .write()
}

fn rule(code: Code) -> Json {
    let page = format!("{REPOSITORY}/blob/main/{}", code.docs());
    let help = format!("An example, its cause and its remedy: {}", code.docs());
    Json::Object(vec![
        ("id", code.as_str().into()),
        ("name", code.name().into()),
        ("shortDescription", message(code.meaning())),
        ("fullDescription", message(code.meaning())),
        ("help", message(&help)),
        ("helpUri", Json::Text(page)),
        ("defaultConfiguration", Json::Object(vec![("level", level(code.severity()).into())])),
    ])
}

fn result(found: &Diagnostic, codes: &[Code], files: &[&str], sources: &mut Sources<'_, '_>) -> Json {
    let text = match found.help() {
        "" => found.message().to_owned(),
        help => format!("{}; {help}", found.message()),
    };
    // What a run counts from 1 is at least 1, and an end lies behind its start.
    let (line, column) = (found.line().max(1), found.column().max(1));
    let region = vec![
        ("startLine", line.into()),
        ("startColumn", column.into()),
        ("endColumn", found.end_column().max(column.saturating_add(1)).into()),
    ];
    let artifact = location(found.file(), files.binary_search(&found.file()).ok());
    let mut physical = vec![("artifactLocation", artifact), ("region", Json::Object(region))];
    let excerpt = sources.of(found.file()).and_then(|lines| lines.excerpt(line, column, WIDEST));
    // A region without columns is the whole line, so of a longer one nothing is quoted.
    physical.extend(excerpt.filter(|excerpt| excerpt.is_whole).map(|excerpt| {
        let context = vec![("startLine", line.into()), ("snippet", message(excerpt.shown))];
        ("contextRegion", Json::Object(context))
    }));
    let mut place = vec![("physicalLocation", Json::Object(physical))];
    if !found.object().is_empty() {
        let name = format!("{} {}", found.object(), found.field());
        let logical = Json::Object(vec![("fullyQualifiedName", name.trim_end().into())]);
        place.push(("logicalLocations", Json::List(vec![logical])));
    }
    Json::Object(vec![
        ("ruleId", found.code().as_str().into()),
        ("ruleIndex", codes.binary_search(&found.code()).unwrap_or_default().into()),
        ("level", level(found.severity()).into()),
        ("message", message(&text)),
        ("locations", Json::List(vec![Json::Object(place)])),
    ])
}

fn message(text: &str) -> Json {
    Json::Object(vec![("text", text.into())])
}

/// A file by its name as a reference, and by its place among the artifacts.
fn location(file: &str, index: Option<usize>) -> Json {
    let mut fields = vec![("uri", Json::Text(reference(file)))];
    fields.extend(index.map(|index| ("index", index.into())));
    Json::Object(fields)
}

/// A path as a relative reference (RFC 3986).
fn reference(file: &str) -> String {
    let mut uri = String::with_capacity(file.len());
    for byte in file.replace('\\', "/").bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                uri.push(byte.into())
            }
            // Writing into a String cannot fail.
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
