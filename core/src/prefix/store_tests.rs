//! A block whose buckets are full by bad luck finds room all the same, and blocks that were chosen to fill the same buckets do not get the whole budget.

use super::approximate::{ApproximateIndex, ApproximateOptions};
use super::hash::{BlockHashes, HashOptions, PrefixHasher, Prompt};
use super::scope::Scope;
use super::store::Store;
use super::table::{BUCKET, Table};

/// The first `count` numbers whose buckets in the smallest table satisfy `wanted`.
fn numbers(count: usize, wanted: impl Fn([usize; 3]) -> bool) -> Vec<u64> {
    let table = Table::new(Store::START_SLOTS, 0, 1);
    (1..).filter(|number| wanted(table.buckets(*number))).take(count).collect()
}

/// Whether a bucket is one of the first two.
fn is_among_two(start: usize) -> bool {
    start < 2 * BUCKET
}

/// Sends prompts of one block to one endpoint; says how many of the last ones it is taken to hold.
fn held(others: &[u64], unlucky: &[u64]) -> Result<usize, super::error::PrefixError> {
    let hasher = PrefixHasher::try_new(&HashOptions::default().key(7))?;
    let index = ApproximateIndex::try_new(&ApproximateOptions::default())?;
    let id = index.add_endpoint(None)?;
    let mut hashes = BlockHashes::new();
    let mut insert = |number: &u64| {
        hasher.hash(&Scope::default(), Prompt::Blocks(&[*number]), &mut hashes);
        index.insert(id, &hashes)
    };
    for number in others {
        assert_eq!(insert(number), Ok(1));
    }
    unlucky.iter().map(insert).sum()
}

#[test]
fn a_block_whose_buckets_are_full_finds_room_in_a_table_of_which_half_is_free() {
    let unlucky = numbers(2 * BUCKET + 4, |buckets| buckets.into_iter().all(is_among_two));
    let others = numbers(Store::START_SLOTS / 3, |buckets| !buckets.into_iter().any(is_among_two));
    assert_eq!(held(&others, &unlucky), Ok(unlucky.len()));
}

#[test]
fn blocks_chosen_to_fill_two_buckets_do_not_let_a_nearly_empty_table_grow() {
    let chosen = numbers(2 * BUCKET + 4, |buckets| buckets.into_iter().all(is_among_two));
    assert_eq!(held(&[], &chosen), Ok(2 * BUCKET));
}
