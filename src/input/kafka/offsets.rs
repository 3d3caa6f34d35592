//! Which offset of each partition may be committed: that before which everything is acknowledged.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{batch::Receipt, input::acknowledged::Acknowledged};

/// A partition of a topic.
pub type Place = (String, i32);

/// How far a block of messages goes in one partition.
pub struct Reach {
    /// The partition.
    pub place: Place,
    /// The offset of its first message in the block.
    pub first: u64,
    /// The offset behind its last one.
    pub next: u64,
}

/// The partitions that are ours. Shared by the thread that reads and receipts, which come back from other threads.
#[derive(Default)]
pub struct Offsets {
    partitions: Mutex<HashMap<Place, Partition>>,
    heard: Condvar,
}

#[derive(Default)]
struct Partition {
    acknowledged: Acknowledged,
    /// Everything before this is acknowledged. Unset until something was read of it, and when it is not ours.
    position: Option<u64>,
    /// What was committed last.
    committed: Option<u64>,
}

impl Offsets {
    /// A block is handed out; its receipt moves the positions.
    pub fn hand_out(self: &Arc<Self>, reaches: Vec<Reach>) -> Receipt {
        let mut partitions = self.partitions();
        let blocks: Vec<_> = reaches
            .into_iter()
            .map(|Reach { place, first, next }| {
                let partition = partitions.entry(place.clone()).or_default();
                partition.position.get_or_insert(first);
                (place, partition.acknowledged.hand_out(next), next)
            })
            .collect();
        drop(partitions);
        let offsets = self.clone();
        Receipt::new(move |how| {
            let mut partitions = offsets.partitions();
            for (place, epoch, next) in blocks {
                let Some(partition) = partitions.get_mut(&place) else {
                    continue;
                };
                if let Some(next) = partition.acknowledged.heard(epoch, next, how) {
                    partition.position = Some(next);
                }
            }
            offsets.heard.notify_all();
        })
    }

    /// Positions that are not committed yet; they count as committed from now on.
    pub fn take_uncommitted(&self) -> Vec<(Place, u64)> {
        self.take(|partition| {
            let is_new = partition.committed != partition.position;
            partition.committed = partition.position;
            is_new
        })
    }

    /// A commit failed: positions are to be committed once more.
    pub fn forget_commits(&self) {
        for partition in self.partitions().values_mut() {
            partition.committed = None;
        }
    }

    /// Where to read again from, for each partition of which a block failed.
    pub fn take_failed(&self) -> Vec<(Place, u64)> {
        self.take(|partition| partition.acknowledged.must_wind_back())
    }

    /// How far a partition is acknowledged, if anything of it was read.
    pub fn position(&self, place: &Place) -> Option<u64> {
        self.partitions().get(place)?.position
    }

    /// Waits until nothing of these partitions is out. False if that took too long.
    pub fn wait_until_settled(&self, places: &[Place], patience: Duration) -> bool {
        let is_out = |partitions: &mut HashMap<Place, Partition>| {
            places
                .iter()
                .filter_map(|place| partitions.get(place))
                .any(|partition| !partition.acknowledged.is_settled())
        };
        let waited = self
            .heard
            .wait_timeout_while(self.partitions(), patience, is_out)
            .unwrap_or_else(PoisonError::into_inner);
        !waited.1.timed_out()
    }

    /// Whether nothing of any partition is out.
    pub fn is_settled(&self) -> bool {
        self.partitions()
            .values()
            .all(|partition| partition.acknowledged.is_settled())
    }

    /// A partition is no longer ours: answers about what was read of it are not heard any more.
    pub fn forget(&self, place: &Place) {
        if let Some(partition) = self.partitions().get_mut(place) {
            partition.acknowledged.begin();
            partition.position = None;
            partition.committed = None;
        }
    }

    /// The positions of all partitions that `is_due`.
    fn take(&self, mut is_due: impl FnMut(&mut Partition) -> bool) -> Vec<(Place, u64)> {
        self.partitions()
            .iter_mut()
            .filter_map(|(place, partition)| {
                is_due(partition).then_some((place.clone(), partition.position?))
            })
            .collect()
    }

    fn partitions(&self) -> MutexGuard<'_, HashMap<Place, Partition>> {
        self.partitions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Delivered;

    fn reach(partition: i32, first: u64, next: u64) -> Reach {
        let place = ("logs".to_owned(), partition);
        Reach { place, first, next }
    }

    fn sorted(mut places: Vec<(Place, u64)>) -> Vec<(i32, u64)> {
        places.sort();
        places
            .into_iter()
            .map(|((_, partition), offset)| (partition, offset))
            .collect()
    }

    #[test]
    fn only_what_is_acknowledged_without_a_gap_is_committed_and_once() {
        let offsets = Arc::new(Offsets::default());
        let first = offsets.hand_out(vec![reach(0, 5, 10), reach(1, 0, 3)]);
        let second = offsets.hand_out(vec![reach(0, 10, 20)]);
        second.answer(Delivered::Safe);
        // Where a partition was begun may be committed: everything before it is done.
        assert_eq!(sorted(offsets.take_uncommitted()), [(0, 5), (1, 0)]);
        first.answer(Delivered::Safe);
        assert_eq!(sorted(offsets.take_uncommitted()), [(0, 20), (1, 3)]);
        assert!(offsets.take_uncommitted().is_empty());
        assert!(offsets.is_settled());
    }

    #[test]
    fn a_failure_winds_back_and_a_lost_partition_is_not_heard_of() {
        let offsets = Arc::new(Offsets::default());
        let failing = offsets.hand_out(vec![reach(0, 5, 10)]);
        let lost = offsets.hand_out(vec![reach(1, 2, 3)]);
        let places = [("logs".to_owned(), 0), ("logs".to_owned(), 1)];
        assert!(!offsets.wait_until_settled(&places, Duration::from_millis(1)));
        failing.answer(Delivered::Failed);
        offsets.forget(&places[1]);
        assert!(offsets.wait_until_settled(&places, Duration::from_millis(1)));
        assert_eq!(sorted(offsets.take_failed()), [(0, 5)]);
        // It comes back, and is begun earlier: what was handed out before does not count.
        let again = offsets.hand_out(vec![reach(1, 0, 3)]);
        lost.answer(Delivered::Safe);
        assert_eq!(offsets.position(&places[1]), Some(0));
        again.answer(Delivered::Safe);
        assert_eq!(offsets.position(&places[1]), Some(3));
    }
}
