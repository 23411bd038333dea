//! Mappings whose values do not matter here and whose fields have to fit all the same.

use super::section::Section;

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Text,
    Int,
    Number,
    Flag,
    /// A span of time as Go writes it, in quotes.
    Span,
    Texts,
    /// Names with texts.
    Pairs,
    Section(&'static [(&'static str, Shape)]),
    Sections(&'static [(&'static str, Shape)]),
}

impl Section<'_> {
    /// Reads all fields, none of whose values matter, and names those that do not fit or are not known.
    pub(crate) fn conform(&self, fields: &'static [(&'static str, Shape)]) {
        for (field, shape) in fields {
            match shape {
                Shape::Text => _ = self.text(field),
                Shape::Int => _ = self.int(field),
                Shape::Number => _ = self.number(field),
                Shape::Flag => _ = self.flag(field),
                Shape::Span => _ = self.span(field),
                Shape::Texts => _ = self.texts(field),
                Shape::Pairs => _ = self.pairs(field),
                Shape::Section(fields) => self.section(field).conform(fields),
                Shape::Sections(fields) => self.sections(field).iter().for_each(|each| each.conform(fields)),
            }
        }
        self.close();
    }
}
