//! A block whose buckets are full by bad luck finds room all the same, and blocks that were chosen to fill two buckets do not get the whole budget.

use super::approximate::{ApproximateIndex, ApproximateOptions};
use super::hash::{BlockHashes, HashOptions, PrefixHasher, Prompt};
use super::scope::Scope;
use super::store::Store;
use super::table::{BUCKET, Table};

/// The first `count` numbers whose buckets in the smallest table satisfy `wanted`.
fn numbers(count: usize, wanted: impl Fn([usize; 2]) -> bool) -> Vec<u64> {
    let table = Table::new(Store::START_SLOTS, 0, 1);
    (1..).filter(|number| wanted(table.buckets(*number))).take(count).collect()
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
    let both = |[first, second]: [usize; 2]| first < 2 * BUCKET && second < 2 * BUCKET;
    let unlucky = numbers(2 * BUCKET + 4, both);
    let others =
        numbers(Store::START_SLOTS / 3, |[first, second]| first >= 2 * BUCKET && second >= 2 * BUCKET);
    assert_eq!(held(&others, &unlucky), Ok(unlucky.len()));
}

#[test]
fn blocks_chosen_to_fill_two_buckets_do_not_let_a_nearly_empty_table_grow() {
    let both = |[first, second]: [usize; 2]| first < 2 * BUCKET && second < 2 * BUCKET;
    let chosen = numbers(2 * BUCKET + 4, both);
    assert_eq!(held(&[], &chosen), Ok(2 * BUCKET));
}
