//! What is tried, and in which order: replacement and fallbacks of section "Choosing a backend".

use serde_json::{Value, json};

use super::Refusal;
use super::backend::{self, Chosen, Undrawn};
use super::draw::Draw;
use super::endpoint;
use super::load::World;
use super::matching::Matched;
use super::members::Member;
use super::model;
use super::request::Request;

const MOST_FALLBACKS: usize = 7;

/// One place to send the request to.
pub(crate) struct Attempt<'a> {
    chosen: Chosen<'a>,
    model: Option<String>,
    member: Member,
}

impl Attempt<'_> {
    /// What `expect` says of it.
    pub(crate) fn expected(&self) -> Value {
        expected(&self.chosen, &self.member, self.model.as_deref())
    }
}

fn expected(chosen: &Chosen, member: &Member, model: Option<&str>) -> Value {
    let is_pool = chosen.kind == "InferencePool";
    json!({
        "backend": chosen.expected(),
        "pool": if is_pool { Value::from(chosen.id()) } else { Value::Null },
        "endpoint": member.id,
        "address": member.address,
        "model": model,
    })
}

/// All that the attempts of one decision share.
pub(crate) struct Attempts<'a, 'c> {
    pub(crate) world: &'c World<'a>,
    pub(crate) request: &'c Request<'c>,
    pub(crate) matched: Matched<'a>,
    pub(crate) case: &'c Value,
}

impl<'a> Attempts<'a, '_> {
    /// The first attempt: the ref that is drawn, or what replaces a pool without endpoint.
    pub(crate) fn primary(&self, undrawn: &mut Undrawn<'a>, draw: &mut Draw) -> Result<Attempt<'a>, Refusal> {
        let turn = self.case["before"].as_u64().unwrap_or(0);
        let least = undrawn.priorities()[0];
        let first = undrawn.draw(least, draw).ok_or((500, "no_weight"))?;
        let first = backend::resolve(self.world, &self.matched, first)?;
        let refusal = match self.at(first, turn, draw) {
            Ok(attempt) => return Ok(attempt),
            Err(refusal) => refusal,
        };
        for priority in undrawn.priorities() {
            if priority == least {
                continue;
            }
            while let Some(reference) = undrawn.draw(priority, draw) {
                let Ok(chosen) = backend::resolve(self.world, &self.matched, reference) else { continue };
                if let Ok(attempt) = self.at(chosen, turn, draw) {
                    return Ok(attempt);
                }
            }
        }
        Err(refusal)
    }

    /// What to try after the primary, in this order.
    pub(crate) fn fallbacks(
        &self,
        primary: &Attempt<'a>,
        undrawn: &mut Undrawn<'a>,
        draw: &mut Draw,
    ) -> Vec<Value> {
        let turn = self.case["before"].as_u64().unwrap_or(0);
        let mut fallbacks = Vec::new();
        let more = endpoint::more(self.world, &primary.chosen, self.case, turn, &primary.member, draw);
        for member in &more {
            fallbacks.push(expected(&primary.chosen, member, primary.model.as_deref()));
        }
        let first = primary.chosen.reference["priority"].as_u64().unwrap_or(0);
        for priority in undrawn.priorities() {
            if priority < first {
                continue;
            }
            while let Some(reference) = undrawn.draw(priority, draw) {
                let Ok(chosen) = backend::resolve(self.world, &self.matched, reference) else { continue };
                // Only decisions turn a pool, and every earlier one was made where this one is.
                let is_same = chosen.kind == primary.chosen.kind && chosen.id() == primary.chosen.id();
                if let Ok(attempt) = self.at(chosen, if is_same { turn } else { 0 }, draw) {
                    fallbacks.push(attempt.expected());
                }
            }
        }
        fallbacks.truncate(MOST_FALLBACKS);
        fallbacks
    }

    /// Draws the model, then the endpoint, in this order also where there is no endpoint.
    fn at(&self, chosen: Chosen<'a>, turn: u64, draw: &mut Draw) -> Result<Attempt<'a>, Refusal> {
        let model = model::choose(self.world, self.request, &chosen, draw);
        let member = endpoint::choose(self.world, &chosen, self.case, turn, draw)?;
        Ok(Attempt { chosen, model, member })
    }
}
