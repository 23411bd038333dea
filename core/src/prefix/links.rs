//! Which block comes after which: the precise index needs it to know when an endpoint holds a block without the one before.
//!
//! A slot that somebody holds is linked to the slot of its parent; a parent that nobody holds keeps its slot, empty, as long as it has children. Nearly
//! every block is its parent's only child, so what the children of one parent know of each other stands aside.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use super::map_bytes::map_bytes;
use super::table::{Table, load};
use crate::convert::{index, number};

/// Not a slot.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Link {
    parent: u32,
    first_child: u32,
}

const UNLINKED: Link = Link { parent: NONE, first_child: NONE };

/// The children of the same parent to both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Siblings {
    previous: u32,
    next: u32,
}

const ALONE: Siblings = Siblings { previous: NONE, next: NONE };

/// The links of all slots.
#[derive(Debug)]
pub(super) struct Links {
    links: Vec<Link>,
    /// Of those that are not alone.
    siblings: HashMap<u32, Siblings, foldhash::quality::FixedState>,
}

impl Links {
    /// Bytes a slot, siblings apart.
    pub(super) const BYTES: usize = size_of::<Link>();

    pub(super) fn new(slots: usize) -> Self {
        Self { links: vec![UNLINKED; slots], siblings: HashMap::default() }
    }

    pub(super) fn bytes(&self) -> usize {
        self.links.len() * Self::BYTES + self.sibling_bytes()
    }

    pub(super) fn sibling_bytes(&self) -> usize {
        map_bytes(&self.siblings)
    }

    /// Whether another child of this parent takes more memory than there is.
    pub(super) fn would_grow(&self, parent: usize) -> bool {
        let first = self.get(number(parent)).first_child;
        let known = usize::from(self.siblings.contains_key(&first));
        first != NONE && self.siblings.len() + 2 - known > self.siblings.capacity()
    }

    fn get(&self, slot: u32) -> Link {
        self.links.get(index(slot)).copied().unwrap_or(UNLINKED)
    }

    fn change(&mut self, slot: u32, change: impl FnOnce(&mut Link)) {
        if let Some(link) = self.links.get_mut(index(slot)) {
            change(link);
        }
    }

    /// Changes what a child knows of its siblings; one that is left alone knows nothing.
    fn change_siblings(&mut self, slot: u32, change: impl FnOnce(&mut Siblings)) {
        if slot == NONE {
            return;
        }
        let mut siblings = self.siblings.get(&slot).copied().unwrap_or(ALONE);
        change(&mut siblings);
        if siblings == ALONE {
            self.siblings.remove(&slot);
        } else {
            self.siblings.insert(slot, siblings);
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
        let after = move |child: &u32| at(self.siblings.get(child)?.next);
        std::iter::successors(at(self.get(number(slot)).first_child), after).map(index)
    }

    /// Links a slot that has no parent.
    pub(super) fn link(&mut self, slot: usize, parent: usize) {
        let (slot, parent) = (number(slot), number(parent));
        let next = self.get(parent).first_child;
        self.change_siblings(next, |siblings| siblings.previous = slot);
        self.change_siblings(slot, |siblings| siblings.next = next);
        self.change(parent, |link| link.first_child = slot);
        self.change(slot, |link| link.parent = parent);
    }

    pub(super) fn unlink(&mut self, slot: usize) {
        let slot = number(slot);
        let parent = self.get(slot).parent;
        let Siblings { previous, next } = self.siblings.get(&slot).copied().unwrap_or(ALONE);
        if previous != NONE || next != NONE {
            self.siblings.remove(&slot);
        }
        self.change_siblings(previous, |siblings| siblings.next = next);
        self.change_siblings(next, |siblings| siblings.previous = previous);
        if previous == NONE {
            self.change(parent, |link| link.first_child = next);
        }
        self.change(slot, |link| link.parent = NONE);
    }

    /// The same links between the slots of another table.
    pub(super) fn moved(&self, old: &Table, new: &Table) -> Self {
        let mut moved = Self::new(new.slots());
        moved.siblings.reserve(self.siblings.len());
        for (slot, key) in old.keys.iter().enumerate() {
            let Some(parent) = self.parent(slot) else { continue };
            let child = new.find(key.load(Ordering::Relaxed));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn children(links: &Links, parent: usize) -> Vec<usize> {
        let mut children: Vec<usize> = links.children(parent).collect();
        children.sort_unstable();
        children
    }

    #[test]
    fn only_children_that_have_siblings_take_more_than_their_slots() {
        let mut links = Links::new(10);
        links.link(1, 0);
        assert!((links.siblings.is_empty(), links.would_grow(0)) == (true, true));
        links.link(2, 0);
        links.link(3, 0);
        links.link(4, 3);
        assert_eq!((children(&links, 0), children(&links, 3)), (vec![1, 2, 3], vec![4]));
        assert_eq!(links.siblings.len(), 3);
        // From the middle, then the last, then the only one.
        for (gone, left) in [(2, vec![1, 3]), (1, vec![3]), (3, vec![])] {
            links.unlink(gone);
            assert_eq!((children(&links, 0), links.parent(gone)), (left, None));
        }
        assert!(links.siblings.is_empty() && !links.has_children(0));
        assert_eq!(links.parent(4), Some(3));
    }
}
