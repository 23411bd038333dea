//! The kinds of problems that manifests can have, each with a code that keeps its meaning for ever.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// How much a diagnostic weighs, the lightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Right as far as the manifests tell; a manifest that was not given may make it whole.
    Info,
    /// The load goes on; what the text says is taken as described.
    Warning,
    /// The load is refused.
    Error,
}

impl Severity {
    /// The name as printed, for example `warning`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal $severity:ident),* $(,)?) => {
        /// The stable name of a kind of problem. A code keeps its meaning for ever; new ones may be added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {$($(#[doc = $doc])+ $variant),*}

        impl Code {
            /// All codes in the order of their text.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code as printed, for example `RT0301`.
            pub const fn as_str(self) -> &'static str {
                match self {$(Code::$variant => $text),*}
            }

            /// A name for people, for example `NotFound`.
            pub const fn name(self) -> &'static str {
                match self {$(Code::$variant => stringify!($variant)),*}
            }

            /// What the code stands for, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self {$(Code::$variant => concat!($($doc),+).trim_ascii()),*}
            }

            /// The page that describes the code, with an example and a remedy: a path in this project's repository.
            pub const fn docs(self) -> &'static str {
                match self {$(Code::$variant => concat!("docs/codes/", $text, ".md")),*}
            }

            /// What the code weighs at most. Whether it refuses a load is the same for every diagnostic of the code.
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
    /// A field, or a kind, that is passed over is spelled nearly like one that is read.
    Misspelled = "RT0105" Warning,
    /// A backendRef names a kind that is neither AIServiceBackend nor InferencePool.
    UnknownBackendKind = "RT0201" Error,
    /// A backendRef names a group that does not define its kind.
    GroupKindMismatch = "RT0202" Error,
    /// One match names the same header twice; only the first entry counts.
    RepeatedHeader = "RT0203" Warning,
    /// A regular expression does not compile, or compiles to more than the size limit.
    BadPattern = "RT0204" Error,
    /// A reference names an object that is not among the manifests.
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
    /// A parentRef names a listener that the Gateway does not have; the route is not attached there.
    NoListener = "RT0308" Warning,
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

/// There is no code of that text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no code `{0}`")]
pub struct UnknownCode(String);

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().find(|code| code.as_str() == text);
        found.copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
