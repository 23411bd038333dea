//! Diagnostics for people and for other programs: text with the source lines, JSON, SARIF.
//!
//! Pure functions over diagnostics and the texts they are about. The bindings and the command line print what these return.

mod json;
mod lines;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::manifest::Diagnostic;
pub(crate) use json::quote;
use lines::Lines;
pub use text::Style;

/// How diagnostics are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As a compiler prints them: severity, code and message, the place, the source line with what is meant underlined, the remedy.
    Text,
    /// A JSON list with an object for each diagnostic.
    Json,
    /// A log of the Static Analysis Results Interchange Format 2.1.0 (OASIS), which code hosts show beside the lines.
    Sarif,
}

/// There is no format of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no format `{0}`; choose one of text, json, sarif")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "sarif" => Ok(Self::Sarif),
            _ => Err(UnknownFormat(name.to_owned())),
        }
    }
}

/// The texts that diagnostics are about, by the names under which they were given to [`Manifests::add`](crate::Manifests::add).
///
/// A diagnostic about a text that is not here is printed without its line.
#[derive(Clone, Debug, Default)]
pub struct Texts<'t> {
    texts: BTreeMap<&'t str, &'t str>,
}

impl<'t> Texts<'t> {
    /// Adds a text; of two under one name the later one counts.
    pub fn add(&mut self, file: &'t str, text: &'t str) -> &mut Self {
        self.texts.insert(file, text);
        self
    }

    /// Diagnostics in a format. Ends with a line break, unless there is nothing to say.
    ///
    /// Cost: linear in the texts and in the diagnostics.
    ///
    /// ```
    /// use inferroute::{Format, Manifests, Options, Texts};
    ///
    /// let text = "kind: InferencePool\napiVersion: inference.networking.k8s.io/v1\nmetadata: {name: 7}\nspec: {selector: {}, targetPorts: [{number: 1}]}\n";
    /// let problems = Manifests::from_yaml(text)?.compile(&Options::default()).unwrap_err();
    /// let printed = Texts::default().add("manifest", text).render(&problems, Format::Text);
    /// assert!(printed.starts_with("error[RT0101]: integer `7` where a string is needed\n --> manifest:3:18\n"), "{printed}");
    /// # Ok::<(), inferroute::Problems>(())
    /// ```
    pub fn render<'d>(&self, found: impl IntoIterator<Item = &'d Diagnostic>, format: Format) -> String {
        match format {
            Format::Text => self.styled(found).into_iter().map(|(_, part)| part).collect(),
            Format::Json => json::list(found),
            Format::Sarif => sarif::log(found, self),
        }
    }

    /// Diagnostics as [`Format::Text`] has them, in pieces that each say how to colour them.
    pub fn styled<'d>(&self, found: impl IntoIterator<Item = &'d Diagnostic>) -> Vec<(Style, String)> {
        let mut lines = Sources::new(self);
        let mut pieces = text::Pieces::default();
        for diagnostic in found {
            pieces.diagnostic(diagnostic, lines.of(diagnostic.file()));
        }
        pieces.finish()
    }
}

/// The lines of the texts, found once for each text that is asked for.
struct Sources<'a, 't> {
    texts: &'a Texts<'t>,
    lines: BTreeMap<&'t str, Lines<'t>>,
}

impl<'a, 't> Sources<'a, 't> {
    fn new(texts: &'a Texts<'t>) -> Self {
        Self { texts, lines: BTreeMap::new() }
    }

    fn of(&mut self, file: &str) -> Option<&Lines<'t>> {
        let (name, text) = self.texts.texts.get_key_value(file)?;
        Some(self.lines.entry(name).or_insert_with(|| Lines::of(text)))
    }
}
