//! Which endpoint holds how much of a prompt in its KV cache.
//!
//! A prompt becomes a chain of block hashes ([`PrefixHasher`]), a table remembers which endpoints hold which hash, and a walk answers for all
//! endpoints at once how many leading blocks each of them holds. [`ApproximateIndex`] learns from the decisions taken; [`PreciseIndex`] learns from
//! the KV events of the engines. Readers take no lock and never wait for the writer. Nothing here reads a clock, draws by chance or allocates while
//! it hashes or walks; memory stays inside a budget whatever comes in.

mod alive;
mod approximate;
mod approximate_writer;
mod bits;
mod dialect;
#[cfg(test)]
mod dialect_tests;
mod dialects;
mod error;
mod free_slot;
mod hash;
mod holders;
mod keyed;
mod kv_event;
mod links;
mod map_bytes;
mod names;
mod precise;
mod precise_blocks;
mod precise_writer;
mod runs;
mod scope;
mod store;
#[cfg(test)]
mod store_tests;
mod table;
mod text;
mod walk;
mod wide_entries;
mod writer_lock;

pub(crate) use approximate::at_position;
pub use approximate::{ApproximateIndex, ApproximateOptions};
pub use dialect::HashDialect;
pub use error::PrefixError;
pub use hash::{BlockHashes, HashOptions, PrefixHasher, Prompt};
pub use kv_event::{KvChange, KvCounters, KvEvent, KvOutcome, PrefixMatch, Tier, TierWeights};
pub use precise::{PreciseIndex, PreciseOptions};
pub use scope::Scope;
pub use table::IndexId;
pub use text::TextHasher;
pub(crate) use writer_lock::WriterLock;
