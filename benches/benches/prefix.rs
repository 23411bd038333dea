//! `prefix/hash/<what>`, `prefix/walk-<which prompt>/<endpoints>`, `prefix/insert-<which prompt>/<blocks>`: what prefix knowledge costs a decision.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use inferroute::{
    ApproximateIndex, ApproximateOptions, BlockHashes, HashDialect, HashOptions, KvChange, KvEvent,
    PreciseIndex, PreciseOptions, PrefixHasher, PrefixMatch, Prompt, Scope, Tier,
};

const TOKENS: usize = 32 << 10;

fn tokens(seed: u32, count: usize) -> Vec<u32> {
    (0..count as u32).map(|n| (n ^ seed).wrapping_mul(2_654_435_761) >> 15).collect()
}

fn hasher(dialect: HashDialect) -> PrefixHasher {
    PrefixHasher::try_new(&HashOptions::default().dialect(dialect).key(0x5EC2E7)).expect("options in range")
}

fn hashed(tokens: &[u32]) -> BlockHashes {
    let mut out = BlockHashes::new();
    hasher(HashDialect::Inferroute).hash(&Scope::new("model"), Prompt::Tokens(tokens), &mut out);
    out
}

fn hash(criterion: &mut Criterion) {
    let mut out = BlockHashes::new();
    let scope = Scope::new("llama-3-8b").tenant("acme");
    let mut group = criterion.benchmark_group("prefix/hash");
    for (name, count) in [("1k-tokens", 1 << 10), ("8k-tokens", 8 << 10), ("32k-tokens", TOKENS)] {
        let tokens = tokens(1, count);
        let hasher = hasher(HashDialect::Inferroute);
        group.throughput(Throughput::Bytes(4 * count as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| hasher.hash(&scope, Prompt::Tokens(black_box(&tokens)), &mut out));
        });
    }
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(300_000);
    for (name, bytes) in [("128k-text", 128 << 10), ("10m-text", 10 << 20)] {
        let hasher = hasher(HashDialect::Inferroute);
        group.throughput(Throughput::Bytes(bytes.min(128 << 10) as u64));
        group.bench_function(name, |bencher| {
            bencher
                .iter(|| hasher.hash(&scope, Prompt::Text(black_box(&text.as_bytes()[..bytes])), &mut out));
        });
    }
    let tokens = tokens(1, TOKENS);
    for dialect in HashDialect::ALL {
        let hasher = hasher(*dialect);
        group.throughput(Throughput::Bytes(4 * TOKENS as u64));
        group.bench_function(format!("32k-tokens-{}", dialect.as_str()), |bencher| {
            bencher.iter(|| hasher.hash(&scope, Prompt::Tokens(black_box(&tokens)), &mut out));
        });
    }
    group.finish();
}

/// An index in which every endpoint holds some 4,000 blocks of its own besides what `lengths` says of the prompt.
fn index(endpoints: usize, prompt: &BlockHashes, lengths: impl Fn(usize) -> usize) -> ApproximateIndex {
    let index = ApproximateIndex::try_new(&ApproximateOptions::default()).expect("options in range");
    for n in 0..endpoints {
        let id = index.add_endpoint(None).expect("below 4096");
        for own in 0..4 {
            index.insert(id, &hashed(&tokens((n * 4 + own) as u32 + 77, 16 << 10))).expect("present");
        }
        let mut some = BlockHashes::new();
        let held = &prompt.as_slice()[..lengths(n).min(prompt.as_slice().len())];
        hasher(HashDialect::Inferroute).hash(&Scope::default(), Prompt::Blocks(held), &mut some);
        index.insert(id, &some).expect("present");
    }
    index
}

fn walk(criterion: &mut Criterion) {
    let prompt = hashed(&tokens(5, TOKENS));
    let positions: Vec<u16> = (0..4096).collect();
    let blocks = prompt.as_slice().len();
    let mut group = criterion.benchmark_group("prefix");
    for endpoints in [8, 64, 512] {
        let mut lengths = vec![0_u32; endpoints];
        let mut bench = |name: &str, held: &dyn Fn(usize) -> usize| {
            let index = index(endpoints, &prompt, held);
            group.bench_function(format!("walk-{name}/{endpoints}"), |bencher| {
                bencher.iter(|| index.lengths(black_box(&prompt), &positions, &mut lengths));
            });
        };
        // Nobody has seen it; one in eight has seen some of it; everybody has seen a system prompt and one in eight the rest; everybody has seen
        // all of it; all have seen it to lengths of their own.
        bench("cold", &|_| 0);
        bench("warm", &|n| if n % 8 == 0 { blocks - n } else { 0 });
        bench("shared", &|n| if n % 8 == 0 { blocks - n } else { 128 });
        bench("same", &|_| blocks);
        bench("lengths", &|n| 1 + (n * 7919) % blocks);
    }
    group.finish();
}

fn insert(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("prefix");
    let prompt = hashed(&tokens(5, TOKENS));
    let index = index(64, &prompt, |_| 0);
    let id = index.add_endpoint(None).expect("below 4096");
    index.insert(id, &prompt).expect("present");
    group
        .bench_function("insert-again/2048", |bencher| bencher.iter(|| index.insert(id, black_box(&prompt))));
    let mut seed = 1_000;
    group.bench_function("insert-new/128", |bencher| {
        bencher.iter_batched(
            || {
                seed += 1;
                hashed(&tokens(seed * 4096, 2048))
            },
            |prompt| index.insert(id, &prompt),
            criterion::BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// A precise index in which every endpoint holds the prompt, and other blocks.
fn precise(endpoints: usize, prompt: &BlockHashes) -> PreciseIndex {
    let index =
        PreciseIndex::try_new(&PreciseOptions::default(), hasher(HashDialect::Inferroute)).expect("in range");
    for n in 0..endpoints {
        let endpoint = index.add_endpoint().expect("below 4096");
        let own = hashed(&tokens(n as u32 + 77, 16 << 10));
        for (sequence, hashes) in
            [(0, own.as_slice()), (1, &prompt.as_slice()[..prompt.as_slice().len() - n])]
        {
            let change = KvChange::Stored { hashes, parent: None, tier: Tier::Device };
            index.apply(&KvEvent { endpoint, sequence, change }).expect("present");
        }
    }
    index
}

fn events(criterion: &mut Criterion) {
    let prompt = hashed(&tokens(5, TOKENS));
    let index = precise(64, &prompt);
    let endpoint = index.add_endpoint().expect("below 4096");
    let blocks: Vec<BlockHashes> = (0..512).map(|n| hashed(&tokens(9_000 + n, 256))).collect();
    let mut group = criterion.benchmark_group("prefix");
    let mut sequence = 0;
    let mut apply = |change| {
        sequence += 1;
        index.apply(&KvEvent { endpoint, sequence, change }).expect("present")
    };
    let mut turn = 0;
    group.throughput(Throughput::Elements(2));
    group.bench_function("events-stored-and-removed/16", |bencher| {
        bencher.iter(|| {
            turn += 1;
            let hashes = blocks[turn % blocks.len()].as_slice();
            apply(KvChange::Stored { hashes, parent: None, tier: Tier::Device });
            apply(KvChange::Removed { hashes, tier: Tier::Device })
        });
    });
    group.finish();
}

/// Readers beside a writer that applies some 100,000 events a second, and without one.
fn beside_a_writer(criterion: &mut Criterion) {
    let prompt = hashed(&tokens(5, TOKENS));
    let index = precise(64, &prompt);
    let endpoint = index.add_endpoint().expect("below 4096");
    let blocks: Vec<BlockHashes> = (0..512).map(|n| hashed(&tokens(9_000 + n, 64))).collect();
    let positions: Vec<u16> = (0..4096).collect();
    let mut matches = vec![PrefixMatch::default(); 64];
    let mut group = criterion.benchmark_group("prefix");
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        for writing in [false, true] {
            if writing {
                threads.spawn(|| {
                    let started = std::time::Instant::now();
                    let mut sequence = 0;
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        while u128::from(sequence) > started.elapsed().as_nanos() / 10_000 {
                            std::thread::yield_now();
                        }
                        let hashes = blocks[sequence as usize / 2 % blocks.len()].as_slice();
                        let tier = Tier::Device;
                        let change = match sequence % 2 {
                            0 => KvChange::Stored { hashes, parent: None, tier },
                            _ => KvChange::Removed { hashes, tier },
                        };
                        index.apply(&KvEvent { endpoint, sequence, change }).expect("present");
                        sequence += 1;
                    }
                });
            }
            let name = if writing { "walk-beside-a-writer/64" } else { "walk-alone/64" };
            group.bench_function(name, |bencher| {
                bencher.iter(|| index.matches(black_box(&prompt), &positions, &mut matches));
            });
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    group.finish();
}

criterion_group!(benches, hash, walk, insert, events, beside_a_writer);
criterion_main!(benches);
