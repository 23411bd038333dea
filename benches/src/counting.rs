//! An allocator that counts: how often something was allocated, and how many bytes are held.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

/// The system's allocator, counting. For a binary to declare as its global allocator.
#[derive(Debug)]
pub struct Counting {
    allocations: AtomicU64,
    allocated: AtomicU64,
    freed: AtomicU64,
}

impl Counting {
    /// Nothing counted yet.
    #[expect(clippy::new_without_default, reason = "a default cannot be made in a static")]
    pub const fn new() -> Self {
        Self { allocations: AtomicU64::new(0), allocated: AtomicU64::new(0), freed: AtomicU64::new(0) }
    }

    /// Allocations so far; one that grows counts again.
    pub fn allocations(&self) -> u64 {
        self.allocations.load(Ordering::Relaxed)
    }

    /// Bytes that are held now.
    pub fn held(&self) -> u64 {
        self.allocated.load(Ordering::Relaxed) - self.freed.load(Ordering::Relaxed)
    }

    fn count(&self, allocated: usize, freed: usize) {
        self.allocations.fetch_add(u64::from(allocated > 0), Ordering::Relaxed);
        self.allocated.fetch_add(allocated as u64, Ordering::Relaxed);
        self.freed.fetch_add(freed as u64, Ordering::Relaxed);
    }
}

// SAFETY: hands everything to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size(), 0);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        self.count(0, layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        self.count(size, layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}
