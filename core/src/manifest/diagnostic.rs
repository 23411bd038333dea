//! What is wrong with a manifest, where, and what to do about it.
//!
//! A problem of the text is an error and stops the load; something that loads but deserves a look is a warning of the plan.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Right as it stands; told because it may not be what is expected.
    Info,
    /// The load goes on; what the text says is taken as described.
    Warning,
    /// The load is refused.
    Error,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal $severity:ident),* $(,)?) => {
        /// The stable name of a kind of problem. A code keeps its meaning for ever; new ones may be added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {$($(#[$doc])* $variant),*}

        impl Code {
            /// All codes in the order of their text.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code as printed, for example `RT0301`.
            pub const fn as_str(self) -> &'static str {
                match self {$(Code::$variant => $text),*}
            }

            /// Whether the code refuses a load or only warns.
            pub const fn severity(self) -> Severity {
                match self {$(Code::$variant => Severity::$severity),*}
            }
        }
    };
}

codes!(
    /// The text is not YAML (or JSON).
    Syntax = "RT0001" Error,
    /// The text is larger, deeper or more repetitive than a manifest may be.
    Limit = "RT0002" Error,
    /// A mapping has the same key twice.
    DuplicateKey = "RT0003" Error,
    /// A field holds another type than its schema says, for example a number where text is needed.
    WrongType = "RT0101" Error,
    /// A required field is absent.
    MissingField = "RT0102" Error,
    /// A field has the right type and a value that is not allowed.
    NotAllowed = "RT0103" Error,
    /// A kind that is read here appears in an API group that does not define it.
    UnknownGroup = "RT0104" Error,
    /// A backendRef names a kind that is neither AIServiceBackend nor InferencePool.
    UnknownBackendKind = "RT0201" Error,
    /// A backendRef names a group that does not define its kind.
    GroupKindMismatch = "RT0202" Error,
    /// One match names the same header twice; only the first entry counts.
    RepeatedHeader = "RT0203" Warning,
    /// A regular expression does not compile, or compiles to more than the size limit.
    BadPattern = "RT0204" Error,
    /// A reference names an object that is not among the manifests; its share of requests is answered 500.
    NotFound = "RT0301" Warning,
    /// A pool is referenced while the option `inference_extension` is off.
    InferenceExtensionOff = "RT0302" Error,
    /// A reference crosses namespaces without a ReferenceGrant; its share of requests is answered 500.
    NotPermitted = "RT0303" Warning,
    /// The same object appears twice; the later one counts.
    DuplicateObject = "RT0304" Warning,
    /// A backendRef of an HTTPRoute or GRPCRoute names what cannot be a backend; its share of requests is answered 500.
    NotABackend = "RT0305" Warning,
    /// A filter cannot be followed; requests that it applies to are answered 500.
    BadFilter = "RT0306" Warning,
    /// A field is read and not applied; what it asks for is the host's to do, or is not done.
    NotApplied = "RT0307" Warning,
    /// Strict mode: the Kubernetes API server would refuse the object. The message is the API server's.
    Refused = "RT0401" Error,
    /// EndpointPickerConfig: no plugin has this type.
    UnknownPluginType = "RT0501" Error,
    /// EndpointPickerConfig: a reference names a plugin that is not defined.
    NoSuchPlugin = "RT0502" Error,
    /// EndpointPickerConfig: a reference names a plugin that cannot do what it is named for.
    WrongPlugin = "RT0503" Error,
    /// EndpointPickerConfig: two plugins, or two profiles, have the same name.
    RepeatedName = "RT0504" Error,
    /// EndpointPickerConfig: a profile has two pickers.
    TwoPickers = "RT0505" Error,
    /// EndpointPickerConfig: the profiles have no profile handler, several, or one that cannot handle as many as there are.
    ProfileHandlers = "RT0506" Error,
    /// EndpointPickerConfig: plugins need each other in a circle.
    PluginLoop = "RT0507" Error,
    /// EndpointPickerConfig: a feature gate is not known.
    UnknownGate = "RT0508" Error,
    /// EndpointPickerConfig: a field is not known.
    UnknownField = "RT0509" Error,
    /// There is more than one EndpointPickerConfig, or none where there has to be one.
    NotOneConfig = "RT0510" Error,
    /// A deprecated spelling; the message says what takes its place.
    Deprecated = "RT0511" Warning,
    /// EndpointPickerConfig: something that loads and that is not done here.
    NotDone = "RT0512" Warning,
    /// EndpointPickerConfig: the profile handler names a profile that is not there.
    NoSuchProfile = "RT0513" Warning,
    /// An EndpointPickerConfig among the manifests is not used, because the host chose otherwise.
    ConfigUnused = "RT0514" Warning,
    /// EndpointPickerConfig: what a plugin does is the host's part.
    HostsPart = "RT0515" Info,
    /// EndpointPickerConfig: something left out was filled in.
    FilledIn = "RT0516" Info,
);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A place in a text: line and column count from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// The text a diagnostic is about. Orders as the host added its texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    pub(crate) order: usize,
    pub(crate) name: Arc<str>,
}

impl Serialize for File {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

/// One problem or warning of a load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) help: String,
    pub(crate) file: File,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) object: String,
    pub(crate) field: String,
}

impl Diagnostic {
    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The name the host gave the text.
    pub fn file(&self) -> &str {
        &self.file.name
    }

    /// Line, counted from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Column in characters, counted from 1.
    pub fn column(&self) -> u32 {
        self.column
    }

    /// `Kind namespace/name` of the object concerned, empty where the text could not be read so far.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Path of the field within the object, for example `spec.rules[0].backendRefs[1].name`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What puts diagnostics in the order of their places.
    pub(crate) fn place(&self) -> (&File, u32, u32) {
        (&self.file, self.line, self.column)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        write!(
            f,
            "{}:{}:{}: {severity} {}: {}",
            self.file.name, self.line, self.column, self.code, self.message
        )?;
        if !self.object.is_empty() {
            write!(f, "\n  in {}", self.object)?;
            if !self.field.is_empty() {
                write!(f, " at {}", self.field)?;
            }
        }
        write!(f, "\n  help: {}", self.help)
    }
}

/// Why a load was refused: every problem of every text, in the order of their places.
///
/// At most 200 are kept; [`left_out`](Self::left_out) counts the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problems {
    diagnostics: Vec<Diagnostic>,
    left_out: usize,
}

/// Enough for a person, little enough for a log line of a machine.
const KEPT: usize = 200;

impl Problems {
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        let left_out = diagnostics.len().saturating_sub(KEPT);
        diagnostics.truncate(KEPT);
        Self { diagnostics, left_out }
    }

    /// The problems, in the order of their places.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.diagnostics.iter()
    }

    /// How many more there were.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.diagnostics.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        if self.left_out > 0 {
            write!(f, "\nand {} more", self.left_out)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
