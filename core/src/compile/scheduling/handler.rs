//! The profile handler: the only plugin of its kind, which decides on the profiles that run.

use super::plugin_type::{HandlerPart, Interface, Stages};
use super::plugins::{Plugin, Plugins};
use crate::manifest::{Code, Findings};
use crate::plan::{Decider, Disaggregation, Handler, Profile, StageOrder};

pub(super) fn handler(profiles: &[Profile], plugins: &mut Plugins, findings: &Findings) -> Handler {
    let has_unknown = plugins.iter().any(|plugin| plugin.kind.is_none());
    if profiles.len() == 1
        && !has_unknown
        && !plugins.iter().any(|plugin| plugin.is(Interface::ProfileHandler))
    {
        plugins.ensure("single-profile-handler");
    }
    let mut handlers = plugins.iter().filter(|plugin| plugin.is_known_as(Interface::ProfileHandler));
    let Some(first) = handlers.next() else {
        if !has_unknown {
            let message = format!("nothing says which of the {} profiles runs", profiles.len());
            let help = "add a plugin of type disagg-profile-handler or header-profile-handler";
            findings.add(Code::ProfileHandlers, "schedulingProfiles", message, help);
        }
        return Handler::Single;
    };
    for second in handlers {
        let message = format!("there are two profile handlers, `{}` and `{}`", first.name, second.name);
        findings.add(Code::ProfileHandlers, place(second), message, "keep one of the two");
    }
    let of_one = matches!(first.parts.handler, Some(HandlerPart::Single | HandlerPart::DataParallel { .. }));
    if of_one && profiles.len() > 1 {
        let message = format!("`{}` handles one profile, and there are {}", first.name, profiles.len());
        let help = "keep one profile, or use disagg-profile-handler or header-profile-handler";
        findings.add(Code::ProfileHandlers, "schedulingProfiles", message, help);
    }
    match &first.parts.handler {
        None | Some(HandlerPart::Single) => Handler::Single,
        Some(HandlerPart::DataParallel { primary_port }) => {
            Handler::DataParallel { primary_port: *primary_port }
        }
        Some(HandlerPart::Header { header, default }) => {
            if profiles.len() > 1 {
                _ = named(default, profiles, "requests without the header are answered 400", first, findings);
            }
            Handler::Header { header: header.clone(), default: default.clone() }
        }
        Some(HandlerPart::Stages(stages)) => {
            Handler::Disaggregated(disaggregation(stages, profiles, plugins, first, findings))
        }
    }
}

fn disaggregation(
    stages: &Stages,
    profiles: &[Profile],
    plugins: &Plugins,
    handler: &Plugin,
    findings: &Findings,
) -> Disaggregation {
    _ = named(&stages.decode, profiles, "all requests are answered 400", handler, findings);
    // A stage runs where there is a profile for it and something that decides on it.
    let stage = |profile: &str, decider: Option<Decider>| {
        let decider = decider?;
        named(profile, profiles, "the endpoint that decodes does this part too", handler, findings)
            .then(|| (profile.to_owned(), decider))
    };
    let decider =
        |name: &Option<String>| plugins.get(name.as_deref()?).and_then(|plugin| plugin.parts.decider.clone());
    let prefill = if stages.order == StageOrder::PrefillFirst {
        Some(Decider::Always)
    } else {
        decider(&stages.prefill_decider)
    };
    Disaggregation {
        decode: stages.decode.clone(),
        prefill: stage(&stages.prefill, prefill),
        encode: stage(&stages.encode, decider(&stages.encode_decider)),
        order: stages.order,
    }
}

/// Whether there is a profile of that name; says so where there is none, which upstream finds out when a request comes.
fn named(name: &str, profiles: &[Profile], effect: &str, handler: &Plugin, findings: &Findings) -> bool {
    let is_there = profiles.iter().any(|profile| profile.name() == name);
    if !is_there {
        let message = format!("`{}` runs a profile `{name}`, which is not there: {effect}", handler.name);
        findings.add(
            Code::NoSuchProfile,
            place(handler),
            message,
            "add the profile, or correct its name in the parameters",
        );
    }
    is_there
}

fn place(plugin: &Plugin) -> String {
    plugin.path.clone().unwrap_or_else(|| "plugins".to_owned())
}
