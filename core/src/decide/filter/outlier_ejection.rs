//! Takes out endpoints that fail too large a share of their requests, but never too many of them.

use smallvec::SmallVec;

use crate::convert::wide;
use crate::decide::candidates::Survivors;
use crate::decide::facts::Facts;
use crate::plan::OutlierEjection;
use crate::real;

/// Up to 4,096 outliers live on the stack.
#[inline(never)]
pub(super) fn keep(settings: &OutlierEjection, facts: &Facts<'_>, survivors: &mut Survivors) {
    let half_life = facts.state.plan.scheduling.half_life;
    let share = |position: usize| {
        let health = facts.cell(position)?.health();
        let share = health.error_share(settings.least_requests, facts.now, half_life)?;
        (share > settings.error_share).then_some(share)
    };
    let mut outliers: SmallVec<[(f64, usize); 4096]> = SmallVec::new();
    let most = real::of(wide(survivors.len())) * settings.most_ejected;
    survivors.candidates().for_each(|position| {
        if let Some(share) = share(position) {
            outliers.push((share, position));
        }
    });
    if outliers.is_empty() {
        return;
    }
    // The worst first; of equals those with the larger keys, so that it does not matter where they stand.
    let key = |position: usize| facts.members.keys.get(position).copied().unwrap_or_default();
    outliers
        .sort_unstable_by(|(a, a_at), (b, b_at)| b.total_cmp(a).then_with(|| key(*b_at).cmp(&key(*a_at))));
    let room = (1..=outliers.len()).take_while(|count| real::of(wide(*count)) <= most);
    outliers.truncate(room.count());
    outliers.sort_unstable_by_key(|(_, position)| *position);
    survivors.retain(|position| outliers.binary_search_by_key(&position, |(_, out)| *out).is_err());
}
