//! The router under test, through its public interface.

use inferroute::{PredictedCompletion, Profile, Scorer, StepCost};

use super::strategy::{Role, Site, Strategy};
use crate::embedded::Embedded;
use crate::sim::Gateway;

/// A change of the settings that are recommended.
type Change = fn(&mut PredictedCompletion);

/// The recommended settings without one of their parts each.
const ABLATED: &[(&str, Change)] = &[
    ("without-congestion", |settings| settings.congestion = 0.0),
    ("without-crowding", |settings| settings.crowding = 0.0),
    ("without-returning", |settings| settings.returning = 0.0),
    ("without-eviction", |settings| settings.eviction = 0.0),
    ("without-interrupting", |settings| settings.interrupting = 0.0),
    ("without-sharing", |settings| settings.sharing = 0.0),
    ("without-answers", |settings| settings.answer_steps = 0.0),
    ("without-slots", |settings| settings.residence_steps = 0.0),
    ("without-kv", |settings| settings.kv_seconds = 0.0),
    ("without-others", |settings| settings.others = 0.0),
    ("without-pace", |settings| settings.pace_prior = f64::INFINITY),
];

/// The factors of the recommended strategy by their names in an EndpointPickerConfig.
pub fn factor<'s>(settings: &'s mut PredictedCompletion, name: &str) -> Option<&'s mut f64> {
    Some(match name {
        "congestion" => &mut settings.congestion,
        "crowding" => &mut settings.crowding,
        "returning" => &mut settings.returning,
        "eviction" => &mut settings.eviction,
        "interrupting" => &mut settings.interrupting,
        "sharing" => &mut settings.sharing,
        "answerSteps" => &mut settings.answer_steps,
        "residenceSteps" => &mut settings.residence_steps,
        "kvSeconds" => &mut settings.kv_seconds,
        "others" => &mut settings.others,
        "pacePrior" => &mut settings.pace_prior,
        _ => return None,
    })
}

/// The strategies of the crate: the recommended one first, then what is only compared with it. Nobody tells it what the endpoints run on.
pub(super) fn shipped(recommended: PredictedCompletion) -> Vec<Strategy> {
    let mut shipped = vec![strategy("inferroute", Role::Shipped, recommended)];
    for (name, times) in [("costs-third", 1.0 / 3.0), ("costs-threefold", 3.0)] {
        let settings = PredictedCompletion { step: scaled(recommended.step, times), ..recommended };
        shipped.push(strategy(name, Role::Miscalibrated, settings));
    }
    shipped.extend(ABLATED.iter().map(|(name, change)| {
        let mut settings = recommended;
        change(&mut settings);
        strategy(name, Role::Ablated, settings)
    }));
    shipped
}

fn strategy(name: &str, role: Role, settings: PredictedCompletion) -> Strategy {
    Strategy::new(name, role, move |seed, site| gateway(settings, seed, site))
}

fn gateway(settings: PredictedCompletion, seed: u64, site: &Site<'_>) -> Box<dyn Gateway> {
    let profile = Profile::new("recommended").scorer(Scorer::PredictedCompletion(settings), 1.0);
    Box::new(Embedded::scheduling(profile, site.hardware.kv_tokens, seed))
}

/// Every cost so many times.
fn scaled(step: StepCost, times: f64) -> StepCost {
    StepCost {
        step: step.step * times,
        token: step.token * times,
        pair: step.pair * times,
        answer: step.answer * times,
        context: step.context * times,
        ..step
    }
}
