//! Manifests to a plan: check every value, resolve every name, put every match in its order of precedence.
//!
//! All problems are found in one run. Either a whole plan comes out or none.

mod attach;
mod backend_ref;
mod check;
mod durations;
mod fields;
mod filters;
mod objects;
mod order;
mod report;
mod resolve;
mod route;
mod tests;

use crate::manifest::{Diagnostic, Problems, Source};
use crate::plan::{Options, Plan, Profile};

pub(crate) use resolve::has_labels;

/// Builds the plan of all sources, or says what is wrong with them.
pub(crate) fn compile(
    sources: Vec<Source>,
    problems: Vec<Diagnostic>,
    options: &Options,
) -> Result<Plan, Problems> {
    let mut report = report::Report::new(problems);
    for source in &sources {
        check::check(source, &mut report);
    }
    let objects = objects::Objects::collect(&sources, &options.default_namespace, &mut report);
    for route in &objects.routes {
        check::check_route(route, &mut report);
    }
    let mut backends = resolve::backends(&objects);
    let pools = resolve::pools(&objects, &mut report);
    let routes = resolve::routes(&objects, options, &mut backends, &mut report);
    let scopes = order::scopes(&objects, options, &mut report);
    let warnings = report.finish()?;
    Ok(Plan {
        scopes,
        routes: routes.names.into_iter().collect(),
        rules: routes.rules.into_iter().collect(),
        pools: pools.into_iter().collect(),
        backends: backends.into_iter().collect(),
        profile: Profile::of(options.strategy),
        default_namespace: options.default_namespace.as_str().into(),
        warnings: warnings.into(),
    })
}
