//! Options from JavaScript, and manifests compiled under them.

use inferroute::{
    ApproximateOptions, GroupKind, HashDialect, HashOptions, InvalidBackendRefs, Manifests, MissingLoad,
    Nanos, Options, Plan, PreciseOptions, Profile, Scheduling, Scorer, SharedScorer, Strategy, TierWeights,
    UnknownModel,
};
use serde::Deserialize;

use crate::border::Callback;
use crate::convert;
use crate::errors::Failure;
use crate::scorers;

/// The options that change what manifests mean, all of them stated. Times are nanoseconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OptionsWire {
    strategy: String,
    inference_extension: bool,
    default_namespace: String,
    first_match: bool,
    fallback_endpoints: usize,
    strict: bool,
    unknown_model: UnknownModel,
    envoy_gateway: bool,
    catch_all: bool,
    extension_filters: Vec<GroupKind>,
    mesh: bool,
    invalid_backend_refs: InvalidBackendRefs,
    stale_after: Nanos,
    lease: Option<Nanos>,
    endpoint_picker_config: Option<String>,
    prefix: Option<PrefixWire>,
    kv_events: Option<KvEventsWire>,
    half_life: Option<Nanos>,
    missing_load: Option<MissingLoadWire>,
    scorers: Vec<ScorerWire>,
    endpoint_picker_config_key: Option<String>,
    /// Names; their functions come after those of `scorers`.
    custom_scorers: Vec<String>,
    ceilings: Vec<CeilingWire>,
}

/// How full a pool may be for requests up to a priority.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CeilingWire {
    priority: i32,
    ceiling: f64,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct PrefixWire {
    dialect: String,
    block_tokens: u32,
    max_blocks: u32,
    /// In decimal digits.
    key: String,
    seed: String,
    budget: usize,
    capacity: u32,
}

impl Default for PrefixWire {
    fn default() -> Self {
        Self {
            dialect: HashDialect::default().as_str().to_owned(),
            block_tokens: 64,
            max_blocks: 2048,
            key: "0".to_owned(),
            seed: String::new(),
            budget: 64 << 20,
            capacity: 31_250,
        }
    }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct KvEventsWire {
    budget: usize,
    weights: Option<[f64; 4]>,
}

impl Default for KvEventsWire {
    fn default() -> Self {
        Self { budget: 64 << 20, weights: None }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum MissingLoadWire {
    CountsAsFull,
    CountsAsIdle,
}

/// A scorer of the host's own; its function comes beside, at the same place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScorerWire {
    name: String,
    weight: f64,
    profile: Option<String>,
}

/// Compiles the manifests in JSON `manifests` under the options in JSON `options`. `callbacks` gives the functions of their scorers.
pub(crate) fn compile(
    manifests: &str,
    options: &str,
    callbacks: impl Fn(u32) -> Option<Callback>,
) -> Result<Plan, Failure> {
    let wire: OptionsWire = serde_json::from_str(options).map_err(|e| Failure::option(e.to_string()))?;
    let strategy: Strategy = wire.strategy.parse()?;
    let custom = wire.custom_scorers(&callbacks)?;
    let scheduling = wire.scheduling(strategy, &custom, callbacks)?;
    let options = Options::default()
        .strategy(strategy)
        .inference_extension(wire.inference_extension)
        .default_namespace(&wire.default_namespace)
        .first_match(wire.first_match)
        .fallback_endpoints(wire.fallback_endpoints)
        .strict(wire.strict)
        .unknown_model(wire.unknown_model)
        .envoy_gateway(wire.envoy_gateway)
        .catch_all(wire.catch_all)
        .extension_filters(wire.extension_filters)
        .mesh(wire.mesh)
        .invalid_backend_refs(wire.invalid_backend_refs)
        .stale_after(wire.stale_after)
        .lease(wire.lease)
        .custom_scorers(custom);
    let key = wire.endpoint_picker_config_key.as_deref().into_iter();
    let options = key.fold(options, Options::endpoint_picker_config_key);
    let options = scheduling.into_iter().fold(options, Options::scheduling);
    let mut loaded = Manifests::default();
    for (file, text) in &convert::texts(manifests)? {
        loaded.add(file.as_deref().unwrap_or(convert::UNNAMED), text);
    }
    Ok(loaded.compile(&options)?)
}

impl OptionsWire {
    /// The scorers that an EndpointPickerConfig may name.
    fn custom_scorers(
        &self,
        callbacks: impl Fn(u32) -> Option<Callback>,
    ) -> Result<Vec<SharedScorer>, Failure> {
        let first = u32::try_from(self.scorers.len()).unwrap_or(u32::MAX);
        let custom = (first..).zip(&self.custom_scorers).map(|(index, name)| {
            let callback = callbacks(index)
                .ok_or_else(|| Failure::option(format!("scorer {name} has no function `score`")))?;
            Ok(SharedScorer::new(scorers::Scorer::new(name, callback)))
        });
        custom.collect()
    }

    /// What the options spell out; `None` where they leave it to the manifests or to the strategy.
    fn scheduling(
        &self,
        strategy: Strategy,
        custom: &[SharedScorer],
        callbacks: impl Fn(u32) -> Option<Callback>,
    ) -> Result<Option<Scheduling>, Failure> {
        let is_spelled_out = self.endpoint_picker_config.is_some()
            || self.prefix.is_some()
            || self.kv_events.is_some()
            || self.half_life.is_some()
            || self.missing_load.is_some()
            || !self.ceilings.is_empty()
            || !self.scorers.is_empty();
        if !is_spelled_out {
            return Ok(None);
        }
        let mut scheduling = match &self.endpoint_picker_config {
            Some(text) => Scheduling::from_yaml_with(text, custom)?,
            None => Scheduling::single(Profile::of(strategy)),
        };
        if let Some(prefix) = &self.prefix {
            let (hashing, index) = prefix.options()?;
            scheduling = scheduling.prefix(hashing, index)?;
        }
        if let Some(KvEventsWire { budget, weights }) = &self.kv_events {
            let options = PreciseOptions::default().budget(*budget);
            let options = match weights {
                Some(weights) => options.weights(TierWeights::try_new(*weights)?),
                None => options,
            };
            scheduling = scheduling.kv_events(options)?;
        }
        scheduling = self.half_life.into_iter().fold(scheduling, Scheduling::half_life);
        let missing = self.missing_load.as_ref().map(|missing| match missing {
            MissingLoadWire::CountsAsFull => MissingLoad::CountsAsFull,
            MissingLoadWire::CountsAsIdle => MissingLoad::CountsAsIdle,
        });
        scheduling = missing.into_iter().fold(scheduling, Scheduling::missing_load);
        for CeilingWire { priority, ceiling } in &self.ceilings {
            scheduling = scheduling.ceiling(*priority, *ceiling);
        }
        for (index, ScorerWire { name, weight, profile }) in (0..).zip(&self.scorers) {
            let Some(callback) = callbacks(index) else {
                return Err(Failure::option(format!("scorer {name} has no function `score`")));
            };
            let scorer = Scorer::Custom(SharedScorer::new(scorers::Scorer::new(name, callback)));
            let Some(with) = scheduling.scorer(profile.as_deref(), scorer, *weight) else {
                let profile = profile.as_deref().unwrap_or_default();
                return Err(Failure::option(format!("scorer {name}: there is no profile {profile}")));
            };
            scheduling = with;
        }
        Ok(Some(scheduling))
    }
}

impl PrefixWire {
    fn options(&self) -> Result<(HashOptions, ApproximateOptions), Failure> {
        let Some(dialect) = HashDialect::from_name(&self.dialect) else {
            let all: Vec<_> = HashDialect::ALL.iter().map(|dialect| dialect.as_str()).collect();
            let (wrong, all) = (&self.dialect, all.join(", "));
            return Err(Failure::option(format!(
                "`{wrong}` is not a dialect of hashes; choose one of {all}"
            )));
        };
        let key = self.key.parse().map_err(|_| Failure::option("prefix.key is 0 to 2^128 - 1".to_owned()))?;
        let hashing = HashOptions::default()
            .dialect(dialect)
            .block_tokens(self.block_tokens)
            .max_blocks(self.max_blocks)
            .key(key)
            .seed(&self.seed);
        Ok((hashing, ApproximateOptions::default().budget(self.budget).capacity(self.capacity)))
    }
}
