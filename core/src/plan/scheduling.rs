//! How endpoints of a pool are chosen for a request as a whole: which profiles run, what they know, and who is turned away.

use super::handler::{Decider, Disaggregation, Handler, StageOrder};
use super::profile::{Filter, Picker, Profile, Role, Scorer, Session, StepCost};
use super::saturation::Saturation;
use crate::manifest::Diagnostic;
use crate::plan::Strategy;
use crate::prefix::{
    ApproximateIndex, ApproximateOptions, HashOptions, PreciseIndex, PreciseOptions, PrefixError,
    PrefixHasher,
};
use crate::units::Nanos;

/// Profiles, who decides which of them run, and what is counted and remembered for them.
///
/// ```
/// use inferroute::{Options, Picker, Profile, Scheduling, Scorer};
///
/// let profile = Profile::new("default").scorer(Scorer::Queue, 1.0).picker(Picker::MaxScore);
/// let options = Options::default().scheduling(Scheduling::single(profile));
/// ```
#[derive(Clone, Debug)]
pub struct Scheduling {
    pub(crate) profiles: Vec<Profile>,
    pub(crate) handler: Handler,
    pub(crate) saturation: Option<Saturation>,
    pub(crate) missing_load: MissingLoad,
    pub(crate) half_life: Nanos,
    warnings: Vec<Diagnostic>,
    /// How full a pool may be for requests up to a priority; by priority.
    ceilings: Vec<(i32, f64)>,
    prefix: Option<PrefixPlan>,
}

/// How prompts are hashed and remembered. Made of options that were tried.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PrefixPlan {
    pub(crate) hashing: HashOptions,
    pub(crate) index: ApproximateOptions,
    /// Where engines tell what they hold.
    pub(crate) events: Option<PreciseOptions>,
}

impl Default for PrefixPlan {
    fn default() -> Self {
        // Upstream hashes no smaller blocks, because decisions are no better for them and cost four times as much.
        Self {
            hashing: HashOptions::default().block_tokens(64),
            index: ApproximateOptions::default(),
            events: None,
        }
    }
}

/// What an endpoint counts as that does not tell its load, or told it too long ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingLoad {
    /// As full: gates and filters that cannot see close (fail closed). The default, as upstream's gate has it.
    #[default]
    CountsAsFull,
    /// As idle: gates and filters that cannot see stay open (fail open).
    CountsAsIdle,
}

impl Scheduling {
    /// One profile for every request.
    pub fn single(profile: Profile) -> Self {
        Self::new(vec![profile], Handler::Single)
    }

    /// Several profiles and who decides which of them run.
    pub fn new(profiles: Vec<Profile>, handler: Handler) -> Self {
        Self {
            profiles,
            handler,
            saturation: None,
            missing_load: MissingLoad::default(),
            half_life: Nanos::new(10_000_000_000),
            ceilings: vec![(-1, 1.0)],
            prefix: None,
            warnings: Vec::new(),
        }
    }

    /// Prefill and decode on endpoints of their own, by their label `llm-d.ai/role`: `decode` and `prefill` with the role's filter put first.
    pub fn disaggregated(mut decode: Profile, mut prefill: Profile, decider: Decider) -> Self {
        decode.filters.insert(0, Filter::Role(Role::Decode));
        prefill.filters.insert(0, Filter::Role(Role::Prefill));
        let (decode_name, prefill_name) = (decode.name.to_string(), prefill.name.to_string());
        let handler = Disaggregation {
            decode: decode_name,
            prefill: Some((prefill_name, decider)),
            encode: None,
            order: StageOrder::default(),
        };
        Self::new(vec![decode, prefill], Handler::Disaggregated(handler))
    }

    /// Which endpoint is chosen first where parts of a request go to endpoints of their own; changes nothing elsewhere.
    #[must_use]
    pub fn stage_order(mut self, order: StageOrder) -> Self {
        if let Handler::Disaggregated(stages) = &mut self.handler {
            stages.order = order;
        }
        self
    }

    /// Adds a scorer to the profile of this name, or to every profile: for a scorer of the host's own beside a configuration that was loaded. `None` where
    /// no profile has the name.
    #[must_use]
    pub fn scorer(mut self, profile: Option<&str>, scorer: Scorer, weight: f64) -> Option<Self> {
        let mut is_added = false;
        for each in self.profiles.iter_mut().filter(|each| profile.is_none_or(|name| *each.name == *name)) {
            *each = each.clone().scorer(scorer.clone(), weight);
            is_added = true;
        }
        is_added.then_some(self)
    }

    /// Turns requests of negative priority away where the pool is full.
    #[must_use]
    pub fn saturation(mut self, saturation: Saturation) -> Self {
        self.saturation = Some(saturation);
        self
    }

    /// What an endpoint counts as whose load is not known: the one switch for gates and filters.
    #[must_use]
    pub fn missing_load(mut self, missing: MissingLoad) -> Self {
        self.missing_load = missing;
        self
    }

    /// After how long half of what was measured of requests is forgotten: their times to the first token, and how many failed. Default: 10 s.
    #[must_use]
    pub fn half_life(mut self, half_life: Nanos) -> Self {
        self.half_life = half_life;
        self
    }

    /// What loading it had to say; a plan that is compiled with it says it too.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    pub(crate) fn with_warnings(mut self, warnings: Vec<Diagnostic>) -> Self {
        self.warnings = warnings;
        self
    }

    /// How full a pool may be, by [`saturation`](Self::saturation), for requests of `priority` and below: from `ceiling` on they are turned away. Default:
    /// 1 for negative priorities, no limit for others. Give more important requests higher ceilings, and the less important leave room for them.
    #[must_use]
    pub fn ceiling(mut self, priority: i32, ceiling: f64) -> Self {
        self.ceilings.retain(|(other, _)| *other != priority);
        self.ceilings.push((priority, ceiling));
        self.ceilings.sort_by_key(|(priority, _)| *priority);
        self
    }

    /// How full a pool may be for a request of this priority; `None` where that does not matter, or nothing says when a pool is full.
    pub(crate) fn ceiling_for(&self, priority: i32) -> Option<f64> {
        self.saturation.as_ref()?;
        let own = self.ceilings.iter().find(|(up_to, _)| priority <= *up_to);
        own.map(|(_, ceiling)| *ceiling)
    }

    /// How prompts are hashed and how much is remembered of them, for profiles that look at prefixes. Without it: blocks of 64 tokens, no key, 64 MiB.
    ///
    /// # Errors
    /// [`PrefixError`] for options that cannot be.
    pub fn prefix(mut self, hashing: HashOptions, index: ApproximateOptions) -> Result<Self, PrefixError> {
        PrefixHasher::try_new(&hashing)?;
        ApproximateIndex::try_new(&index)?;
        let events = self.prefix.take().and_then(|prefix| prefix.events);
        self.prefix = Some(PrefixPlan { hashing, index, events });
        Ok(self)
    }

    /// Engines tell what they hold, by [`Event::BlocksStored`](crate::Event::BlocksStored) and its like: that is believed, and what was sent to an endpoint
    /// only until its engine has had time to tell of it. Without it what was sent is all that is known.
    ///
    /// # Errors
    /// [`PrefixError`] for options that cannot be.
    pub fn kv_events(mut self, options: PreciseOptions) -> Result<Self, PrefixError> {
        let mut prefix = self.prefix.take().unwrap_or_default();
        PreciseIndex::try_new(&options, PrefixHasher::try_new(&prefix.hashing)?)?;
        prefix.events = Some(options);
        self.prefix = Some(prefix);
        Ok(self)
    }

    /// The same, for options that can be.
    pub(crate) fn with_prefix_plan(mut self, prefix: PrefixPlan) -> Self {
        self.prefix = Some(prefix);
        self
    }

    /// How prompts are remembered, where a profile or a decider looks at them.
    pub(crate) fn prefix_plan(&self) -> Option<PrefixPlan> {
        let decides = match &self.handler {
            Handler::Disaggregated(stages) => {
                let decider = stages.prefill.as_ref().map(|(_, decider)| decider);
                matches!(decider, Some(Decider::PrefixBased { .. }))
            }
            _ => false,
        };
        let is_read = decides || self.profiles.iter().any(Profile::reads_prefixes);
        is_read.then(|| self.prefix.clone().unwrap_or_default())
    }

    /// What a strategy stands for.
    pub(crate) fn of(strategy: Strategy) -> Self {
        Self::single(Profile::of(strategy))
    }

    /// The headers that the handler, filters, scorers and pickers read, in lower case.
    pub(crate) fn header_names(&self) -> Vec<String> {
        let handler = match &self.handler {
            Handler::Header { header, .. } => Some(header.as_str()),
            _ => None,
        };
        let filters = self.filters().flat_map(Filter::headers);
        let scorers = self.scorers().flat_map(Scorer::headers);
        let pickers = self.profiles.iter().filter_map(|profile| profile.picker.header());
        let names = handler.into_iter().chain(filters).chain(scorers).chain(pickers);
        names.map(str::to_ascii_lowercase).collect()
    }

    /// The labels that filters and scorers compare for each request, each once.
    pub(crate) fn label_names(&self) -> Vec<&str> {
        let filters = self.filters().flat_map(Filter::labels);
        let mut names: Vec<&str> = filters.chain(self.scorers().flat_map(Scorer::labels)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// How filters and scorers find the endpoints of sessions that are bound to them, each once.
    pub(crate) fn bound_sessions(&self) -> Vec<Session> {
        let mut bound: Vec<Session> = Vec::new();
        for session in
            self.filters().filter_map(Filter::session).chain(self.scorers().filter_map(Scorer::session))
        {
            if matches!(session, Session::Id { .. }) && !bound.contains(session) {
                bound.push(session.clone());
            }
        }
        bound
    }

    /// What steps cost, where a scorer foresees how long requests take.
    pub(crate) fn step_cost(&self) -> Option<&StepCost> {
        self.scorers().find_map(|scorer| match scorer {
            Scorer::PredictedCompletion(settings) => Some(&settings.step),
            _ => None,
        })
    }

    fn filters(&self) -> impl Iterator<Item = &Filter> {
        self.profiles.iter().flat_map(|profile| &profile.filters).flat_map(Filter::with_inner)
    }

    fn scorers(&self) -> impl Iterator<Item = &Scorer> {
        self.profiles.iter().flat_map(|profile| &profile.scorers).map(|weighted| &weighted.scorer)
    }

    /// Whether a picker goes by how many decisions there were.
    #[inline]
    pub(crate) fn takes_turns(&self) -> bool {
        self.profiles.iter().any(|profile| profile.picker == Picker::RoundRobin)
    }

    /// Whether a scorer goes by how many hold a prompt.
    pub(crate) fn counts_copies(&self) -> bool {
        self.profiles.iter().any(Profile::counts_copies)
    }

    /// Whether a picker goes by the slots of keys.
    pub(crate) fn hashes_keys(&self) -> bool {
        self.profiles.iter().any(|profile| matches!(profile.picker, Picker::ConsistentHash(_)))
    }

    /// The number of the profile with this name.
    pub(crate) fn profile(&self, name: &str) -> Option<usize> {
        self.profiles.iter().position(|profile| &*profile.name == name)
    }
}
