//! One block in, one block out, with the links and the counts that depend on it.

use super::holders::is_dead;
use super::kv_event::Tier;
use super::precise_writer::Writer;
use super::store::NoRoom;
use super::table::{Table, load};

/// The class of blocks on the device.
const DEVICE: u8 = 1;

impl Writer {
    /// Takes one block in. `position` is where in its prompt it stands, 0 where that is not known.
    pub(super) fn try_store(
        &mut self,
        table: &Table,
        id: usize,
        hash: u64,
        parent: Option<u64>,
        tier: Tier,
        position: usize,
    ) -> Result<(), NoRoom> {
        let slot = self.store.place(table, hash, false).ok_or(NoRoom::Slots)?;
        let linked = if is_dead(table, load(&table.holders, slot)) {
            // Nobody holds it: this event says what comes before it.
            self.unlink(table, slot);
            match parent.map(|parent| self.store.place(table, parent, false).ok_or(NoRoom::Slots)) {
                None => Ok(()),
                Some(Ok(parent)) if self.has_room_for_child(table, parent) => {
                    self.links.link(slot, parent);
                    Ok(())
                }
                Some(Ok(_)) => Err(NoRoom::Siblings),
                Some(Err(why)) => Err(why),
            }
        } else {
            Ok(())
        };
        let before = table.classes_in(load(&table.holders, slot), id);
        let after = before | tier.class();
        if let Err(why) = linked.and_then(|()| self.store.set(table, slot, id, after, position)) {
            self.tidy(table, slot);
            return Err(why);
        }
        if before == 0 {
            let orphan = usize::from(!self.has_parent(table, slot, id));
            let adopted = self.held_children(table, slot, id);
            if let Some(endpoint) = self.endpoints.get_mut(id) {
                endpoint.blocks += 1;
                endpoint.orphans = (endpoint.orphans + orphan).saturating_sub(adopted);
            }
        }
        if let Some(endpoint) = self.endpoints.get_mut(id) {
            endpoint.elsewhere += usize::from(after & !DEVICE != 0 && before & !DEVICE == 0);
        }
        Ok(())
    }

    /// Takes blocks out of a tier.
    pub(super) fn removed(&mut self, table: &Table, id: usize, hashes: &[u64], tier: Tier) {
        // A hole is about to open: walked block by block from before the first removal.
        table.set_linear(id, true);
        self.store.begin();
        for hash in hashes {
            let key = self.key(id, *hash);
            let Some(slot) = table.find(key) else {
                self.forget_name(id, *hash);
                continue;
            };
            let before = table.classes_in(load(&table.holders, slot), id);
            let after = before & !tier.class();
            if after == before || self.store.set(table, slot, id, after, 0).is_err() {
                continue;
            }
            let orphan = usize::from(!self.has_parent(table, slot, id));
            let left = self.held_children(table, slot, id);
            let Some(endpoint) = self.endpoints.get_mut(id) else { continue };
            endpoint.elsewhere -= usize::from(after & !DEVICE == 0 && before & !DEVICE != 0);
            if after == 0 {
                endpoint.blocks -= 1;
                endpoint.orphans = (endpoint.orphans + left).saturating_sub(orphan);
                self.forget_name(id, *hash);
                self.tidy(table, slot);
            }
        }
    }

    /// Whether the endpoint holds the block before, or there is none.
    fn has_parent(&self, table: &Table, slot: usize, id: usize) -> bool {
        self.links.parent(slot).is_none_or(|parent| table.classes_in(load(&table.holders, parent), id) != 0)
    }

    fn held_children(&self, table: &Table, slot: usize, id: usize) -> usize {
        let held = |child: &usize| table.classes_in(load(&table.holders, *child), id) != 0;
        self.links.children(slot).filter(held).count()
    }

    /// Lets go of a slot that nobody holds: of its parent, and of the slot itself unless it has children.
    pub(super) fn tidy(&mut self, table: &Table, slot: usize) {
        if load(&table.holders, slot) != 0 {
            return;
        }
        self.unlink(table, slot);
        if !self.links.has_children(slot) && load(&table.keys, slot) != 0 {
            self.store.vacate(table, slot);
        }
    }

    /// Unlinks a slot from its parent, which goes if it was kept for this child alone.
    fn unlink(&mut self, table: &Table, slot: usize) {
        let Some(parent) = self.links.parent(slot) else { return };
        self.links.unlink(slot);
        if load(&table.holders, parent) == 0 && !self.links.has_children(parent) {
            self.store.vacate(table, parent);
        }
    }
}
