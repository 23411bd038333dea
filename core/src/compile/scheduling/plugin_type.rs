//! What is known of a type of plugin: its name, what it can stand for, what is done with it here, and how its parameters are read.

use crate::manifest::{Section, Shape};
use crate::plan::{Decider, Filter, Picker, PrefixPlan, Saturation, Scorer, StageOrder, TopologyLabels};

/// What a reference may need a plugin to be: the interfaces of the endpoint picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interface {
    Filter,
    Scorer,
    Picker,
    ProfileHandler,
    Decider,
    SaturationDetector,
    Parser,
    DataSource,
    Extractor,
    Producer,
    Discovery,
    Screener,
    Admitter,
    Ordering,
    Fairness,
    UsageLimit,
    Eviction,
    RequestHook,
    ResponseHook,
}

impl Interface {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Scorer => "scorer",
            Self::Picker => "picker",
            Self::ProfileHandler => "profile handler",
            Self::Decider => "decider",
            Self::SaturationDetector => "saturation detector",
            Self::Parser => "parser",
            Self::DataSource => "data source",
            Self::Extractor => "extractor",
            Self::Producer => "data producer",
            Self::Discovery => "endpoint discovery",
            Self::Screener => "screener",
            Self::Admitter => "admitter",
            Self::Ordering => "ordering policy",
            Self::Fairness => "fairness policy",
            Self::UsageLimit => "usage limit policy",
            Self::Eviction => "eviction policy",
            Self::RequestHook => "request hook",
            Self::ResponseHook => "response hook",
        }
    }
}

/// What is done with a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It takes part in decisions.
    Decides,
    /// What it does is the host's part, in these words.
    Host(&'static str),
    /// It would decide something, and does not here, in these words.
    NotDone(&'static str),
}

/// A type of plugin.
#[derive(Debug)]
pub(super) struct PluginType {
    pub(super) name: &'static str,
    pub(super) interfaces: &'static [Interface],
    pub(super) effect: Effect,
    /// What takes the place of a deprecated type.
    pub(super) instead: Option<&'static str>,
    pub(super) build: Build,
}

/// How parameters are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Build {
    /// They are not looked at, whatever they are.
    Ignored,
    /// They have to be of this shape and mean nothing here.
    Shape(&'static [(&'static str, Shape)]),
    /// They mean something, or have rules of their own.
    Reads(fn(&Section<'_>) -> Parts),
}

/// What a plugin is in a decision.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) filter: Option<Filter>,
    pub(super) scorer: Option<Scorer>,
    /// With the number of endpoints it names, where it says so.
    pub(super) picker: Option<(Picker, Option<usize>)>,
    pub(super) handler: Option<HandlerPart>,
    pub(super) decider: Option<Decider>,
    pub(super) saturation: Option<Saturation>,
    pub(super) prefix: Option<PrefixPlan>,
    /// Where all filters and scorers of places find them.
    pub(super) topology: Option<TopologyLabels>,
    /// A filter whose branches are not looked up yet.
    pub(super) tree: Option<Tree>,
    /// Plugins that it refers to.
    pub(super) needs: Vec<Need>,
}

/// A decision tree before the names in it are looked up.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) current: Branch,
    pub(super) on_success: Option<Branch>,
    pub(super) on_failure: Option<Branch>,
    pub(super) on_either: Option<Branch>,
}

/// A part of a [`Tree`].
#[derive(Debug)]
pub(super) enum Branch {
    /// The filter that is the plugin of that name.
    Plugin(String),
    Tree(Box<Tree>),
}

/// A plugin that another one refers to.
#[derive(Debug)]
pub(super) struct Need {
    pub(super) plugin: String,
    pub(super) interface: Interface,
    /// The field that names it.
    pub(super) path: String,
}

/// A profile handler before the names in it are looked up.
#[derive(Debug)]
pub(super) enum HandlerPart {
    Single,
    Header { header: String, default: String },
    DataParallel { primary_port: u16 },
    Stages(Stages),
}

/// Names of profiles, and of the plugins that decide on them.
#[derive(Debug)]
pub(super) struct Stages {
    pub(super) decode: String,
    pub(super) prefill: String,
    pub(super) encode: String,
    pub(super) prefill_decider: Option<String>,
    pub(super) encode_decider: Option<String>,
    pub(super) order: StageOrder,
}

impl PluginType {
    pub(super) const fn new(
        name: &'static str,
        interfaces: &'static [Interface],
        effect: Effect,
        build: Build,
    ) -> Self {
        Self { name, interfaces, effect, instead: None, build }
    }

    pub(super) const fn deprecated(mut self, instead: &'static str) -> Self {
        self.instead = Some(instead);
        self
    }

    /// Reads the parameters and names what does not fit.
    pub(super) fn parts(&self, parameters: &Section<'_>) -> Parts {
        match self.build {
            Build::Ignored => Parts::default(),
            Build::Shape(fields) => {
                parameters.conform(fields);
                Parts::default()
            }
            Build::Reads(read) => {
                let parts = read(parameters);
                parameters.close();
                parts
            }
        }
    }
}

impl From<Filter> for Parts {
    fn from(filter: Filter) -> Self {
        Self { filter: Some(filter), ..Self::default() }
    }
}

impl From<Scorer> for Parts {
    fn from(scorer: Scorer) -> Self {
        Self { scorer: Some(scorer), ..Self::default() }
    }
}

impl From<HandlerPart> for Parts {
    fn from(handler: HandlerPart) -> Self {
        Self { handler: Some(handler), ..Self::default() }
    }
}

impl From<Decider> for Parts {
    fn from(decider: Decider) -> Self {
        Self { decider: Some(decider), ..Self::default() }
    }
}
