//! The thread that reads from Kafka. It hands blocks over as every other sender does, and answers when partitions come and go.
//!
//! librdkafka calls back on the thread that polls it, so whatever may take time (room, a rebalance that waits for deliveries) is done
//! here, while workers and network threads go on.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rdkafka::{
    ClientContext, Message, Offset, Statistics, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance},
    error::{KafkaError, KafkaResult},
    message::BorrowedMessage,
};
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit};

use super::{
    KafkaSettings,
    offsets::{Offsets, Place, Reach},
};
use crate::{
    input::{InputError, lines::join_lines, listen::Door},
    kafka::client,
    pipeline::buffers::reserve,
};

/// How long one look for messages waits.
const LOOK: Duration = Duration::from_millis(50);
/// How often offsets are committed at most.
const PERIOD: Duration = Duration::from_secs(1);
/// How long a rebalance waits for deliveries of partitions that go elsewhere. Well within the five minutes after which a member
/// counts as dead.
const HAND_OVER: Duration = Duration::from_secs(60);
/// How long a broker may take to move to an offset.
const SEEK: Duration = Duration::from_secs(10);

/// Joins the group. The thread ends after the program was told to end and what was read is acknowledged and committed.
///
/// # Errors
/// If the configuration can't work, or the cluster can't be reached or lacks a topic.
pub fn start(
    settings: &KafkaSettings,
    door: Door,
    runtime: Handle,
) -> Result<JoinHandle<()>, String> {
    let cluster = settings.cluster();
    let mut config = cluster.client_config()?;
    let mut or = |name: &str, value: &str| {
        if !settings.properties.contains_key(name) {
            config.set(name, value);
        }
    };
    or("auto.offset.reset", "earliest");
    // Only the partitions that really change hands stop.
    or("partition.assignment.strategy", "cooperative-sticky");
    // Prefetched bytes are not part of the pipeline's bound: a modest queue of their own.
    or("queued.max.messages.kbytes", "16384");
    config.set("group.id", &settings.group);
    config.set("enable.auto.commit", "false");
    config.set("enable.auto.offset.store", "false");
    config.set("statistics.interval.ms", "5000");
    let block_bytes = door.block_bytes();
    let context = Context {
        offsets: Arc::default(),
        assembly: Mutex::default(),
        door: Mutex::new(Some(door)),
        runtime,
    };
    let consumer: BaseConsumer<Context> = config
        .create_with_context(context)
        .map_err(|error| cluster.refused(&error))?;
    let topics: Vec<&str> = settings.topics.iter().map(String::as_str).collect();
    let plain: Vec<&str> = topics
        .iter()
        .filter(|topic| !topic.starts_with('^'))
        .copied()
        .collect();
    cluster.reach(consumer.client(), &plain)?;
    consumer
        .subscribe(&topics)
        .map_err(|_| "input.kafka.topics: can't be subscribed to".to_owned())?;
    thread::Builder::new()
        .name("kafka".into())
        .spawn(move || read(consumer, block_bytes))
        .map_err(|error| format!("input.kafka: {error}"))
}

fn read(consumer: BaseConsumer<Context>, block_bytes: usize) {
    let context = consumer.context().clone();
    let mut committed = Instant::now();
    while let Some(room) = context.room(&consumer, block_bytes) {
        // Whatever came while there was no room: nothing may be under way when a partition is wound back.
        context.hand_over();
        context.assembly().room = Some(room);
        for ((topic, partition), offset) in context.offsets.take_failed() {
            let offset = Offset::Offset(offset as i64);
            if let Err(error) = consumer.seek(&topic, partition, offset, SEEK) {
                // Reading on would leave a gap.
                return context.fail(consumer, &error);
            }
        }
        if committed.elapsed() >= PERIOD {
            committed = Instant::now();
            context.commit(
                &consumer,
                context.offsets.take_uncommitted(),
                CommitMode::Async,
            );
        }
        let mut wait = LOOK;
        while context.assembly().bytes.len() < block_bytes {
            match consumer.poll(wait) {
                Some(Ok(message)) => context.assembly().add(&message),
                Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => {
                    return context.fail(consumer, &error);
                }
                Some(Err(error)) => client::trouble(&error, "reading failed"),
                None => break,
            }
            // What is there is taken; what comes later goes with the next block.
            wait = Duration::ZERO;
        }
        context.hand_over();
    }
    context.leave(consumer);
}

/// What the thread and librdkafka's callbacks share. Both run on the same thread; the locks are never waited for.
struct Context {
    offsets: Arc<Offsets>,
    assembly: Mutex<Assembly>,
    /// Absent once reading has ended.
    door: Mutex<Option<Door>>,
    runtime: Handle,
}

/// A block that is being put together.
#[derive(Default)]
struct Assembly {
    bytes: Vec<u8>,
    reaches: Vec<Reach>,
    /// Taken before anything is read.
    room: Option<OwnedSemaphorePermit>,
}

impl Assembly {
    fn add(&mut self, message: &BorrowedMessage<'_>) {
        let offset = message.offset().unsigned_abs();
        let (topic, partition) = (message.topic(), message.partition());
        let is_here = |reach: &&mut Reach| reach.place.1 == partition && reach.place.0 == topic;
        match self.reaches.iter_mut().find(is_here) {
            Some(reach) => reach.next = offset + 1,
            None => self.reaches.push(Reach {
                place: (topic.to_owned(), partition),
                first: offset,
                next: offset + 1,
            }),
        }
        // A message without a payload (a tombstone) is no record.
        let payload = message.payload().unwrap_or_default();
        if payload.is_empty() {
            return;
        }
        reserve(&mut self.bytes, payload.len() + 1);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(payload);
        join_lines(&mut self.bytes[start..]);
        self.bytes.push(b'\n');
    }
}

impl Context {
    fn assembly(&self) -> std::sync::MutexGuard<'_, Assembly> {
        self.assembly.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn door(&self) -> Option<Door> {
        let door = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        door.clone()
    }

    /// Room for a block. `None` when the program is to end.
    ///
    /// While there is none, partitions are paused and Kafka is still polled: a member that doesn't poll counts as dead.
    fn room(&self, consumer: &BaseConsumer<Self>, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let door = self.door()?;
        let mut paused = None;
        let room = loop {
            if door.is_ending() {
                break None;
            }
            let soon = self
                .runtime
                .block_on(async { tokio::time::timeout(LOOK, door.room(bytes)).await });
            if let Ok(room) = soon {
                break room;
            }
            // Each time anew: others may have come meanwhile.
            if let Ok(assigned) = consumer.assignment() {
                let _ = consumer.pause(&assigned);
                paused = Some(assigned);
            }
            if let Some(Ok(message)) = consumer.poll(Duration::ZERO) {
                self.assembly().add(&message);
            }
        };
        if let Some(assigned) = paused.filter(|_| room.is_some()) {
            let _ = consumer.resume(&consumer.assignment().unwrap_or(assigned));
        }
        room
    }

    /// Hands over what is put together.
    fn hand_over(&self) {
        let Assembly {
            bytes,
            reaches,
            room,
        } = std::mem::take(&mut *self.assembly());
        if reaches.is_empty() {
            return;
        }
        let receipt = self.offsets.hand_out(reaches);
        match self.door() {
            _ if bytes.is_empty() => receipt.answer(crate::batch::Delivered::Safe),
            Some(door) => self.runtime.block_on(door.hand_over(bytes, room, receipt)),
            // Nobody takes it any more, and the dropped receipt says so.
            None => {}
        }
    }

    fn commit(
        &self,
        consumer: &BaseConsumer<Self>,
        positions: Vec<(Place, u64)>,
        mode: CommitMode,
    ) {
        let mut list = TopicPartitionList::new();
        for ((topic, partition), offset) in positions {
            let _ = list.add_partition_offset(&topic, partition, Offset::Offset(offset as i64));
        }
        if list.count() == 0 {
            return;
        }
        if let Err(error) = consumer.commit(&list, mode) {
            self.offsets.forget_commits();
            client::trouble(&error, "offsets can't be committed now");
        }
    }

    /// Delivers what was read, commits it and leaves the group.
    fn leave(&self, consumer: BaseConsumer<Self>) {
        self.hand_over();
        // With the last door the pipeline's input ends, and what is collected goes out.
        *self.door.lock().unwrap_or_else(PoisonError::into_inner) = None;
        while !self.offsets.is_settled() {
            if let Ok(assigned) = consumer.assignment() {
                let _ = consumer.pause(&assigned);
            }
            let _ = consumer.poll(LOOK);
        }
        self.commit(&consumer, self.offsets.take_uncommitted(), CommitMode::Sync);
        // Dropped, it leaves the group at once, so that others need not wait for its session to time out.
        drop(consumer);
    }

    /// The group has no place for us any more: the input ends, and says why.
    fn fail(&self, consumer: BaseConsumer<Self>, error: &KafkaError) {
        let reason = error.to_string();
        if let Some(door) = self.door() {
            let error = InputError::Kafka { reason };
            self.runtime.block_on(door.fail(error));
        }
        self.leave(consumer);
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        client::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        client::trouble(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        for (topic, of_topic) in statistics.topics {
            for (number, partition) in of_topic.partitions {
                let place = (topic.clone(), number);
                // One that another member has, or that nobody knows anything of yet.
                if !partition.desired || partition.hi_offset < 0 {
                    continue;
                }
                let position = match self.offsets.position(&place) {
                    Some(position) => position as i64,
                    None => partition.committed_offset.max(partition.lo_offset),
                };
                lag(&place, (partition.hi_offset - position).max(0));
            }
        }
    }
}

/// Messages of a partition that are not acknowledged yet. 0 for one that another member has: only the sum over all says how far
/// behind the group is.
fn lag((topic, partition): &Place, messages: i64) {
    let labels = [
        ("topic", topic.clone()),
        ("partition", partition.to_string()),
    ];
    metrics::gauge!("tuomin_kafka_lag", &labels).set(messages as f64);
}

impl ConsumerContext for Context {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(revoked) = rebalance else {
            return;
        };
        let places: Vec<Place> = revoked
            .elements()
            .iter()
            .map(|element| (element.topic().to_owned(), element.partition()))
            .collect();
        self.hand_over();
        if !self.offsets.wait_until_settled(&places, HAND_OVER) {
            tracing::warn!(
                "partitions go to another instance before all of them is delivered; it delivers the rest once more"
            );
        }
        let positions = places
            .iter()
            .filter_map(|place| Some((place.clone(), self.offsets.position(place)?)))
            .collect();
        self.commit(consumer, positions, CommitMode::Sync);
        // librdkafka remembers that a partition is paused also while another member has it: it would never be read when it comes back.
        let _ = consumer.resume(revoked);
        for place in &places {
            self.offsets.forget(place);
            lag(place, 0);
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        if let Err(error) = result {
            self.offsets.forget_commits();
            client::trouble(&error, "offsets were not committed; they are again");
        }
    }
}
