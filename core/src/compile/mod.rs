//! Manifests to a plan: check every value, resolve every name, put every match in its order of precedence.
//!
//! All problems are found in one run. Either a whole plan comes out or none.

mod ai_mutations;
mod attach;
mod backend_ref;
mod check;
mod conditions;
mod durations;
mod extension_filter;
mod fields;
mod filters;
mod http;
mod mesh;
mod mirror;
mod missing;
mod models;
mod objects;
mod order;
mod publish;
mod report;
mod resolve;
mod route;
mod scheduling;
mod unfollowed;

use crate::manifest::{Collected, Problems};
use crate::plan::{Options, Plan, Scheduling, SharedScorer};
use crate::signals::Terms;

/// The scheduling of a text that holds one EndpointPickerConfig, whatever else it holds.
pub(crate) fn scheduling_of(collected: Collected, scorers: &[SharedScorer]) -> Result<Scheduling, Problems> {
    let Collected { configs, problems, .. } = collected;
    let mut report = report::Report::new(problems);
    let options = Options::default().custom_scorers(scorers.iter().cloned());
    let scheduling = scheduling::choose(&configs, &options, &mut report);
    Ok(scheduling.with_warnings(report.finish()?))
}

/// Builds the plan of all sources, or says what is wrong with them.
pub(crate) fn compile(collected: Collected, options: &Options) -> Result<Plan, Problems> {
    let Collected { mut sources, others, configs, problems, warnings } = collected;
    let mut report = report::Report::new(problems);
    report.extend(warnings);
    for source in sources.iter_mut().filter(|_| options.strict) {
        let refused = source.admit();
        source.is_refused = !refused.is_empty();
        report.extend(refused);
    }
    for other in others {
        let refused = if options.strict { other.admit() } else { Vec::new() };
        report.extend(if refused.is_empty() { other.problems } else { refused });
    }
    for source in sources.iter().filter(|source| !source.is_refused) {
        check::check(source, &mut report);
    }
    let objects = objects::Objects::collect(&sources, options, &mut report);
    for route in objects.routes.iter().filter(|route| !route.source.is_refused) {
        check::check_route(route, &mut report);
        missing::check_parents(&objects, route, &mut report);
    }
    let mut backends = resolve::backends(&objects, &mut report);
    let pools = resolve::pools(&objects, &mut report);
    let routes = resolve::routes(&objects, options, &mut backends, &mut report);
    let scheduling = scheduling::choose(&configs, options, &mut report);
    let mut scopes = order::scopes(&objects, options, &routes.frozen, &mut report);
    scopes.add_header_names(&scheduling.header_names());
    let published = publish::models(&objects, &routes.frozen);
    let warnings = report.finish()?;
    Ok(Plan {
        scopes,
        routes: routes.names.into_iter().collect(),
        rules: routes.rules.into_iter().collect(),
        pools: pools.into_iter().collect(),
        pool_rules: routes.of_pools.into_iter().collect(),
        backends: backends.into_iter().collect(),
        prefix: scheduling.prefix_plan(),
        sessions: scheduling.bound_sessions().into(),
        scheduling,
        stale_after: options.stale_after,
        leases: Terms::new(options.lease),
        objectives: objects
            .objectives
            .iter()
            .filter_map(|named| {
                let priority = i32::try_from(named.object.spec.priority.unwrap_or_default()).ok()?;
                Some((named.name.as_str().into(), priority))
            })
            .collect(),
        unknown_model: options.unknown_model,
        default_namespace: options.default_namespace.as_str().into(),
        fallback_endpoints: options.fallback_endpoints,
        published: published.into(),
        warnings: warnings.into(),
    })
}
