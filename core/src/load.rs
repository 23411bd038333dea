//! From texts to a plan: the front door of loading.

use crate::compile;
use crate::manifest::{Collected, File, Problems};
use crate::plan::{Options, Plan, Scheduling, SharedScorer};

/// The manifests of one gateway: any number of texts, each with any number of YAML or JSON documents.
///
/// Kinds that take no part in a decision are passed over, so a whole `kubectl get -o yaml` or a vendor's example file can be given as it is.
///
/// ```
/// use inferroute::{Manifests, Options};
///
/// let text = "
/// apiVersion: aigateway.envoyproxy.io/v1beta1
/// kind: AIGatewayRoute
/// metadata: {name: chat}
/// spec:
///   rules:
///     - backendRefs: [{name: openai}]
/// ";
/// let plan = Manifests::from_yaml(text)?.compile(&Options::default())?;
/// assert_eq!(plan.warnings()[0].code().as_str(), "RT0301"); // no AIServiceBackend `openai` among the manifests
/// # Ok::<(), inferroute::Problems>(())
/// ```
#[derive(Debug, Default)]
pub struct Manifests {
    texts: usize,
    collected: Collected,
}

impl Manifests {
    /// Reads one text; its name in messages is `manifest`.
    ///
    /// # Errors
    /// Every place where the text is not YAML or goes beyond a limit (8 MiB, 100 levels, 500,000 values, 4,096 documents). What the objects
    /// mean is checked by [`compile`](Self::compile).
    pub fn from_yaml(text: &str) -> Result<Self, Problems> {
        let mut manifests = Self::default();
        manifests.add("manifest", text);
        let problems = &mut manifests.collected.problems;
        if problems.is_empty() { Ok(manifests) } else { Err(Problems::new(std::mem::take(problems))) }
    }

    /// Reads one more text under the name that messages shall show, usually its path. Problems are kept and reported by [`compile`](Self::compile),
    /// so that one run names those of all texts.
    pub fn add(&mut self, file: &str, text: &str) -> &mut Self {
        let file = File { order: self.texts, name: file.into() };
        self.texts += 1;
        self.collected.read(&file, text);
        self
    }

    /// Checks every object, resolves every name and builds the plan.
    ///
    /// Cost: a few microseconds a rule, once; deciding never looks at manifests again.
    ///
    /// # Errors
    /// Every problem of every text. Nothing is built from a text that has one.
    pub fn compile(self, options: &Options) -> Result<Plan, Problems> {
        compile::compile(self.collected, options)
    }
}

/// What the endpoint picker takes where it is given no configuration.
const DEFAULT_PICKER: &str = "
apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{type: queue-scorer}, {type: kv-cache-utilization-scorer}, {type: prefix-cache-scorer}]
schedulingProfiles:
  - name: default
    plugins:
      - {pluginRef: queue-scorer, weight: 2}
      - {pluginRef: kv-cache-utilization-scorer, weight: 2}
      - {pluginRef: prefix-cache-scorer, weight: 3}
";

impl Scheduling {
    /// Reads an EndpointPickerConfig, the file that the endpoint picker of the Inference Extension and of llm-d takes as `--config-file`, or a ConfigMap
    /// that holds one. A text without any document stands for the endpoint picker's own default. What is passed over or done otherwise, is told by
    /// [`warnings`](Self::warnings).
    ///
    /// ```
    /// use inferroute::{Options, Scheduling};
    ///
    /// let scheduling = Scheduling::from_yaml("
    /// apiVersion: llm-d.ai/v1alpha1
    /// kind: EndpointPickerConfig
    /// plugins: [{type: queue-scorer}, {type: decode-filter}]
    /// schedulingProfiles:
    ///   - name: default
    ///     plugins: [{pluginRef: decode-filter}, {pluginRef: queue-scorer, weight: 2}]
    /// ")?;
    /// assert!(scheduling.warnings().is_empty());
    /// let options = Options::default().scheduling(scheduling);
    /// # Ok::<(), inferroute::Problems>(())
    /// ```
    ///
    /// # Errors
    /// Everything that the endpoint picker would refuse, and a text with documents of which not exactly one is an EndpointPickerConfig.
    pub fn from_yaml(text: &str) -> Result<Self, Problems> {
        Self::from_yaml_with(text, &[])
    }

    /// The same where plugins may also be scorers of the host's own: a plugin whose `type` is the [name](crate::CustomScorer::name) of one of `scorers` is
    /// that one. It takes no parameters. A name that a type of plugin has already means that type.
    ///
    /// # Errors
    /// As [`from_yaml`](Self::from_yaml).
    pub fn from_yaml_with(text: &str, scorers: &[SharedScorer]) -> Result<Self, Problems> {
        let mut collected = Collected::default();
        collected.read_config(&File { order: 0, name: "config".into() }, text);
        if collected.is_empty() {
            collected.read_config(&File { order: 0, name: "default".into() }, DEFAULT_PICKER);
        }
        compile::scheduling_of(collected, scorers)
    }
}
