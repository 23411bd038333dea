//! The parameters of `predicted-completion-scorer`: each has its default where it is left out.

use super::super::plugin_type::Parts;
use super::added::within;
use crate::manifest::Section;
use crate::plan::{PredictedCompletion, Scorer, StepCost};

pub(super) fn predicted_completion(parameters: &Section<'_>) -> Parts {
    let defaults = PredictedCompletion::default();
    let step = parameters.section("step");
    let costs = step_cost(&step);
    step.close();
    let factor = |field, default| {
        within(parameters, field, default, PredictedCompletion::FACTORS, "this is between 0 and 1e12")
    };
    let (field, message) = ("pacePrior", "this is between 1e-12 and 1e30, which believes nothing");
    Scorer::PredictedCompletion(PredictedCompletion {
        step: costs,
        congestion: factor("congestion", defaults.congestion),
        crowding: factor("crowding", defaults.crowding),
        returning: factor("returning", defaults.returning),
        eviction: factor("eviction", defaults.eviction),
        interrupting: factor("interrupting", defaults.interrupting),
        sharing: factor("sharing", defaults.sharing),
        answer_steps: factor("answerSteps", defaults.answer_steps),
        residence_steps: factor("residenceSteps", defaults.residence_steps),
        kv_seconds: factor("kvSeconds", defaults.kv_seconds),
        others: factor("others", defaults.others),
        pace_prior: within(parameters, field, defaults.pace_prior, PredictedCompletion::PRIORS, message),
    })
    .into()
}

fn step_cost(step: &Section<'_>) -> StepCost {
    let defaults = StepCost::default();
    let cost = |field, default| within(step, field, default, StepCost::COSTS, "this is between 0 and 1e12");
    let positive =
        |field, default| within(step, field, default, StepCost::POSITIVE, "this is between 1e-12 and 1e12");
    StepCost {
        step: positive("step", defaults.step),
        token: positive("token", defaults.token),
        pair: cost("pair", defaults.pair),
        answer: cost("answer", defaults.answer),
        context: cost("context", defaults.context),
        chunk: positive("chunk", defaults.chunk),
        running: positive("running", defaults.running),
        kv_tokens: positive("kvTokens", defaults.kv_tokens),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Scheduling;

    /// The settings that these parameters give, or the codes and paths of what is wrong with them.
    fn read(parameters: &str) -> Result<PredictedCompletion, Vec<String>> {
        let text = format!(
            "apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins: [{{type: predicted-completion-scorer, parameters: {parameters}}}]
schedulingProfiles: [{{name: default, plugins: [{{pluginRef: predicted-completion-scorer}}]}}]"
        );
        let tell = |problem: &crate::Diagnostic| format!("{} {}", problem.code(), problem.field());
        let scheduling =
            Scheduling::from_yaml(&text).map_err(|problems| problems.iter().map(tell).collect::<Vec<_>>())?;
        match scheduling.profiles.iter().flat_map(|profile| &profile.scorers).next() {
            Some(weighted) => match &weighted.scorer {
                Scorer::PredictedCompletion(settings) => Ok(*settings),
                other => Err(vec![other.as_str().to_owned()]),
            },
            None => Err(vec!["no scorer".to_owned()]),
        }
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        assert_eq!(read("{}"), Ok(PredictedCompletion::default()));
        let step = StepCost { token: 4e-5, ..StepCost::default() };
        assert_eq!(read("{step: {token: 4.0e-5}}"), Ok(PredictedCompletion { step, ..Default::default() }));
    }

    /// The number in parentheses that follows a field on the page.
    fn on_page(field: &str) -> Option<f64> {
        let page = include_str!("../../../../../docs/endpoint-picker-config.md");
        let (_, own) = page.split_once("* `predicted-completion-scorer`, ")?;
        let (_, behind) = own.split_once(&format!("`{field}`"))?;
        let (_, number) = behind.split_once('(')?;
        number.split_once(')')?.0.parse().ok()
    }

    #[test]
    fn the_page_has_the_defaults() {
        let PredictedCompletion {
            step,
            congestion,
            crowding,
            returning,
            eviction,
            interrupting,
            sharing,
            answer_steps,
            residence_steps,
            kv_seconds,
            others,
            pace_prior,
        } = PredictedCompletion::default();
        let StepCost { step, token, pair, answer, context, chunk, running, kv_tokens } = step;
        let defaults = [
            ("congestion", congestion),
            ("crowding", crowding),
            ("returning", returning),
            ("eviction", eviction),
            ("interrupting", interrupting),
            ("sharing", sharing),
            ("answerSteps", answer_steps),
            ("residenceSteps", residence_steps),
            ("kvSeconds", kv_seconds),
            ("others", others),
            ("pacePrior", pace_prior),
            ("step", step),
            ("token", token),
            ("pair", pair),
            ("answer", answer),
            ("context", context),
            ("chunk", chunk),
            ("running", running),
            ("kvTokens", kv_tokens),
        ];
        for (field, default) in defaults {
            assert_eq!(on_page(field), Some(default), "{field}");
        }
    }

    #[test]
    fn each_parameter_is_its_own() {
        let text = "{congestion: 2, crowding: 3, returning: 17, eviction: 18, interrupting: 20, sharing: 19, answerSteps: 4, residenceSteps: 5, kvSeconds: 6, others: 7, pacePrior: 8, \
                    step: {step: 9, token: 10, pair: 11, answer: 12, context: 13, chunk: 14, running: 15, kvTokens: 16}}";
        let step = StepCost {
            step: 9.0,
            token: 10.0,
            pair: 11.0,
            answer: 12.0,
            context: 13.0,
            chunk: 14.0,
            running: 15.0,
            kv_tokens: 16.0,
        };
        let settings = PredictedCompletion {
            step,
            congestion: 2.0,
            crowding: 3.0,
            returning: 17.0,
            eviction: 18.0,
            interrupting: 20.0,
            sharing: 19.0,
            answer_steps: 4.0,
            residence_steps: 5.0,
            kv_seconds: 6.0,
            others: 7.0,
            pace_prior: 8.0,
        };
        assert_eq!(read(text), Ok(settings));
    }

    #[test]
    fn what_cannot_be_is_named_where_it_stands() {
        let at = |code: &str, field: &str| Err(vec![format!("{code} plugins[0].parameters.{field}")]);
        for field in [
            "congestion",
            "crowding",
            "returning",
            "eviction",
            "interrupting",
            "sharing",
            "answerSteps",
            "residenceSteps",
            "kvSeconds",
            "others",
        ] {
            assert_eq!(read(&format!("{{{field}: -0.1}}")), at("RT0103", field));
            assert_eq!(read(&format!("{{{field}: 1.1e12}}")), at("RT0103", field));
            assert_eq!(read(&format!("{{{field}: x}}")), at("RT0101", field));
            assert!(read(&format!("{{{field}: 0}}")).is_ok(), "{field}");
        }
        assert_eq!(read("{pacePrior: 0}"), at("RT0103", "pacePrior"));
        assert!(read("{pacePrior: 1.0e30}").is_ok());
        assert_eq!(read("{pacePrior: .inf}"), at("RT0101", "pacePrior"));
        for field in ["step", "token", "chunk", "running", "kvTokens"] {
            assert_eq!(read(&format!("{{step: {{{field}: 0}}}}")), at("RT0103", &format!("step.{field}")));
        }
        for field in ["pair", "answer", "context"] {
            assert!(read(&format!("{{step: {{{field}: 0}}}}")).is_ok(), "{field}");
            assert_eq!(read(&format!("{{step: {{{field}: -1}}}}")), at("RT0103", &format!("step.{field}")));
        }
        assert_eq!(read("{pace_prior: 4}"), at("RT0509", "pace_prior"));
        assert_eq!(read("{step: {kv_tokens: 4}}"), at("RT0509", "step.kv_tokens"));
        assert_eq!(read("{step: 3}"), at("RT0101", "step"));
    }
}
