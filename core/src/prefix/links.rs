//! Which block comes after which: the precise index needs it to know when an endpoint holds a block without the one before.
//!
//! A slot that somebody holds is linked to the slot of its parent; a parent that nobody holds keeps its slot, empty, as long as it has children.

use super::table::{Table, load};
use crate::convert::{index, number};

/// Not a slot.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Link {
    parent: u32,
    first_child: u32,
    next: u32,
    previous: u32,
}

const UNLINKED: Link = Link { parent: NONE, first_child: NONE, next: NONE, previous: NONE };

/// The links of all slots: 16 bytes each.
#[derive(Debug)]
pub(super) struct Links(Vec<Link>);

impl Links {
    /// Bytes a slot.
    pub(super) const BYTES: usize = size_of::<Link>();

    pub(super) fn new(slots: usize) -> Self {
        Self(vec![UNLINKED; slots])
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.len() * Self::BYTES
    }

    fn get(&self, slot: u32) -> Link {
        self.0.get(index(slot)).copied().unwrap_or(UNLINKED)
    }

    fn change(&mut self, slot: u32, change: impl FnOnce(&mut Link)) {
        if let Some(link) = self.0.get_mut(index(slot)) {
            change(link);
        }
    }

    pub(super) fn parent(&self, slot: usize) -> Option<usize> {
        let parent = self.get(number(slot)).parent;
        (parent != NONE).then(|| index(parent))
    }

    pub(super) fn has_children(&self, slot: usize) -> bool {
        self.get(number(slot)).first_child != NONE
    }

    pub(super) fn children(&self, slot: usize) -> impl Iterator<Item = usize> {
        let at = |slot: u32| (slot != NONE).then_some(slot);
        std::iter::successors(at(self.get(number(slot)).first_child), move |child| at(self.get(*child).next))
            .map(index)
    }

    pub(super) fn link(&mut self, slot: usize, parent: usize) {
        let (slot, parent) = (number(slot), number(parent));
        let next = self.get(parent).first_child;
        self.change(parent, |link| link.first_child = slot);
        self.change(next, |link| link.previous = slot);
        self.change(slot, |link| (link.parent, link.next, link.previous) = (parent, next, NONE));
    }

    pub(super) fn unlink(&mut self, slot: usize) {
        let slot = number(slot);
        let Link { parent, next, previous, .. } = self.get(slot);
        if previous == NONE {
            self.change(parent, |link| link.first_child = next);
        } else {
            self.change(previous, |link| link.next = next);
        }
        self.change(next, |link| link.previous = previous);
        self.change(slot, |link| (link.parent, link.next, link.previous) = (NONE, NONE, NONE));
    }

    /// The same links between the slots of another table.
    pub(super) fn moved(&self, old: &Table, new: &Table) -> Self {
        let mut moved = Self::new(new.slots());
        for (slot, key) in old.keys.iter().enumerate() {
            let Some(parent) = self.parent(slot) else { continue };
            let child = new.find(key.load(std::sync::atomic::Ordering::Relaxed));
            let parent = new.find(load(&old.keys, parent));
            if let (Some(child), Some(parent)) = (child, parent)
                && load(&new.holders, child) != 0
            {
                moved.link(child, parent);
            }
        }
        moved
    }
}
