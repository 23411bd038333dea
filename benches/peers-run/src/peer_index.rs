//! The indexes of the peers, holding the same prompts as ours.

use dynamo_kv_router::indexer::{KvIndexerInterface, ThreadPoolIndexer};
use dynamo_kv_router::protocols::{
    BlockHashOptions, ExternalSequenceBlockHash, KvCacheEvent, KvCacheEventData, KvCacheStoreData,
    KvCacheStoredBlockData, LocalBlockHash, RouterEvent, StorageTier, compute_block_hash_for_seq,
    compute_seq_hash_for_block,
};
use dynamo_kv_router::{ConcurrentRadixTreeCompressed, PositionalIndexer, RadixTree};
use kv_index::{
    ChainBlockMap, ChainIndex, StoredBlock, compute_request_content_hashes, request_prefix_hashes,
};

use crate::hashing::BLOCK;

/// Dynamo's hashes of a prompt's blocks.
pub fn dynamo_hashes(tokens: &[u32]) -> Vec<LocalBlockHash> {
    compute_block_hash_for_seq(tokens, BLOCK as u32, BlockHashOptions::default())
}

/// What an engine says that stored a prompt.
pub fn dynamo_event(worker: u64, event_id: u64, tokens: &[u32]) -> RouterEvent {
    let local = dynamo_hashes(tokens);
    let blocks = local.iter().zip(compute_seq_hash_for_block(&local)).map(|(&tokens_hash, sequence)| {
        KvCacheStoredBlockData {
            block_hash: ExternalSequenceBlockHash(sequence),
            tokens_hash,
            mm_extra_info: None,
        }
    });
    let stored = KvCacheStoreData { parent_hash: None, start_position: None, blocks: blocks.collect() };
    let event = KvCacheEvent { event_id, data: KvCacheEventData::Stored(stored), dp_rank: 0 };
    RouterEvent::with_storage_tier(worker, event, StorageTier::Device)
}

/// Who holds which prompts: (endpoint, tokens).
pub type Held = Vec<(usize, Vec<u32>)>;

/// Dynamo's three trees.
pub struct DynamoTrees {
    pub compressed: ThreadPoolIndexer<ConcurrentRadixTreeCompressed>,
    pub positional: ThreadPoolIndexer<PositionalIndexer>,
    pub radix: RadixTree,
}

impl DynamoTrees {
    pub fn holding(held: &Held, runtime: &tokio::runtime::Runtime) -> Self {
        let compressed = ThreadPoolIndexer::new(ConcurrentRadixTreeCompressed::new(), 1, BLOCK as u32);
        let positional = ThreadPoolIndexer::new(PositionalIndexer::new(32), 1, BLOCK as u32);
        let mut radix = RadixTree::new();
        runtime.block_on(async {
            for (number, (worker, tokens)) in held.iter().enumerate() {
                let event = dynamo_event(*worker as u64, number as u64, tokens);
                compressed.apply_event(event.clone()).await;
                positional.apply_event(event.clone()).await;
                radix.apply_event(event).expect("the event is in order");
            }
            compressed.flush().await;
            positional.flush().await;
        });
        Self { compressed, positional, radix }
    }
}

/// The chain index of kv-index.
pub fn chain_index(held: &Held, endpoints: usize) -> ChainIndex {
    let index = ChainIndex::with_max_workers(1024);
    for n in 0..endpoints {
        let worker = index.intern_worker(&format!("http://vllm-{n:04}:8000")).expect("there is room");
        let mut map = ChainBlockMap::default();
        for (_, tokens) in held.iter().filter(|(holder, _)| *holder == n) {
            let contents = compute_request_content_hashes(tokens, BLOCK);
            let sequence = request_prefix_hashes(&contents);
            let blocks = contents.iter().zip(sequence);
            let blocks: Vec<_> =
                blocks.map(|(&content_hash, seq_hash)| StoredBlock { seq_hash, content_hash }).collect();
            index.apply_stored(worker, &blocks, None, &mut map).expect("the event is in order");
        }
    }
    index
}
