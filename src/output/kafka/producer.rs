//! The producer: librdkafka collects records, sends them, and reports each.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use rdkafka::{
    ClientConfig, ClientContext, Message,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer},
    util::Timeout,
};

use super::KafkaSettings;
use crate::{
    batch::{Delivered, Encoder, ReadyBatch, Receipt},
    kafka::client,
    output::{
        dead_letter::{DeadLetter, DeadLetters},
        identifier::Identifiers,
    },
    pipeline::deliver::DeliveryStats,
    redact::Outcome,
};

/// How long a worker waits when librdkafka holds as much as it may.
const FULL: Duration = Duration::from_millis(10);

/// How long it is waited for one of the two producers.
const STEP: Duration = Duration::from_millis(100);
/// Records that the brokers refuse for their size.
const TOO_LARGE: RDKafkaErrorCode = RDKafkaErrorCode::MessageSizeTooLarge;

type Sender = ThreadedProducer<Context>;

/// A running producer.
#[derive(Clone)]
pub struct KafkaOutput {
    producer: Arc<Sender>,
    /// Sends each record in a batch of its own. A broker that finds a batch too large refuses all of it, and librdkafka doesn't part
    /// batches: sent alone, the records that are small enough get through, and it shows which are not.
    alone: Arc<Sender>,
    max_record_bytes: usize,
    shared: Arc<Shared>,
}

impl KafkaOutput {
    /// Reaches the cluster.
    ///
    /// # Errors
    /// If the configuration can't work, or the cluster can't be reached or lacks the topic.
    pub fn open(settings: &KafkaSettings, stats: Arc<DeliveryStats>) -> Result<Self, String> {
        let cluster = settings.cluster();
        let largest = settings.max_record_bytes;
        let mut config = cluster.client_config()?;
        for (name, value) in [
            // Nobody gives up: what can't be delivered now is delivered later.
            ("message.timeout.ms", "0"),
            ("linger.ms", "20"),
            ("compression.type", "lz4"),
            // With the key and what Kafka adds, a record of the largest size must still fit.
            ("message.max.bytes", &(largest + 10_000).to_string()),
            // Brokers measure batches. What holds for a record holds for them.
            ("batch.size", &largest.min(1_000_000).to_string()),
        ] {
            if !settings.properties.contains_key(name) {
                config.set(name, value);
            }
        }
        config.set("enable.idempotence", "true");
        let shared = Arc::new(Shared {
            topic: settings.topic.clone(),
            stats,
            letters: DeadLetters::in_folder(&settings.dead_letters),
            open: AtomicUsize::new(0),
        });
        let create = |config: &ClientConfig, alone| -> Result<Arc<Sender>, String> {
            let shared = shared.clone();
            let created = config.create_with_context(Context { shared, alone });
            created
                .map(Arc::new)
                .map_err(|error| cluster.refused(&error))
        };
        // It connects when it is used.
        let alone = create(config.clone().set("batch.num.messages", "1"), None)?;
        let producer = create(&config, Some(alone.clone()))?;
        cluster.reach(producer.client(), &[&settings.topic])?;
        Ok(Self {
            producer,
            alone,
            max_record_bytes: largest,
            shared,
        })
    }

    /// An encoder for this topic's records. `key` is derived from the key of the pseudonyms.
    pub fn encoder(&self, key: &[u8; 32]) -> KafkaEncoder {
        KafkaEncoder {
            identifiers: Identifiers::new(key),
        }
    }

    /// What became of the records.
    pub fn stats(&self) -> &Arc<DeliveryStats> {
        &self.shared.stats
    }

    /// Where workers push.
    pub fn push(&self) -> Box<dyn Fn(ReadyBatch) -> bool + Send + Sync> {
        let output = self.clone();
        Box::new(move |batch| {
            output.send(batch);
            true
        })
    }

    /// Waits until everything that was pushed is delivered.
    pub fn finish(&self) {
        while self.shared.open.load(Relaxed) > 0 {
            for producer in [&self.producer, &self.alone] {
                // What is wrong is told by the callbacks.
                let _ = producer.flush(Timeout::After(STEP));
            }
        }
    }

    fn send(&self, batch: ReadyBatch) {
        let ReadyBatch {
            body,
            ends,
            receipt,
            ..
        } = batch;
        if ends.is_empty() {
            return receipt.answer(Delivered::Safe);
        }
        let mut start = 0;
        for (share, &end) in receipt.shares(&vec![1; ends.len()]).into_iter().zip(&ends) {
            let (key, payload) = body[start..end].split_at(Identifiers::LENGTH);
            start = end;
            self.shared.open.fetch_add(1, Relaxed);
            let shared = self.shared.clone();
            let share = Receipt::new(move |how| {
                share.answer(how);
                shared.open.fetch_sub(1, Relaxed);
            });
            if payload.len() > self.max_record_bytes {
                self.shared.bury(key, payload, share);
            } else {
                self.shared.send(&self.producer, key, payload, share);
            }
        }
    }
}

/// Puts a record's identifier before its line.
pub struct KafkaEncoder {
    identifiers: Identifiers,
}

impl Encoder for KafkaEncoder {
    fn encode(&self, raw: &[u8], redacted: &[u8], _: &Outcome, body: &mut Vec<u8>) {
        self.identifiers.write(raw, body);
        body.extend_from_slice(redacted);
    }
}

/// What both producers know.
struct Shared {
    topic: String,
    stats: Arc<DeliveryStats>,
    letters: DeadLetters,
    /// Records whose receipts are not answered.
    open: AtomicUsize,
}

impl Shared {
    fn send(&self, producer: &Sender, key: &[u8], payload: &[u8], share: Receipt) {
        let mut record = BaseRecord::with_opaque_to(&self.topic, Box::new(Mutex::new(share)))
            .key(key)
            .payload(payload);
        while let Err((error, back)) = producer.send(record) {
            match error.rdkafka_error_code() {
                Some(RDKafkaErrorCode::QueueFull) => {
                    record = back;
                    std::thread::sleep(FULL);
                }
                // Larger than `message.max.bytes`, if that was set by hand.
                Some(TOO_LARGE) => return self.bury(key, payload, receipt(*back.delivery_opaque)),
                _ => {
                    // Its receipt, dropped with it, counts as failed.
                    return self.failed(&error);
                }
            }
        }
    }

    /// Keeps a record that is too large. Where that fails, its source offers it again.
    fn bury(&self, key: &[u8], payload: &[u8], share: Receipt) {
        let why = (TOO_LARGE as u16, "message_too_large");
        let letter = DeadLetter::of_message(&self.topic, key, payload, why, 1);
        if let Err(error) = self.letters.write(&[letter]) {
            tracing::error!(%error, "a record that is too large for Kafka could not be kept as a dead letter");
            self.stats.undelivered.fetch_add(1, Relaxed);
            return;
        }
        tracing::warn!(
            bytes = payload.len(),
            topic = self.topic,
            "a record is too large for Kafka and is kept as a dead letter"
        );
        self.stats.dead.fetch_add(1, Relaxed);
        share.answer(Delivered::Safe);
    }

    fn failed(&self, error: &KafkaError) {
        self.stats.undelivered.fetch_add(1, Relaxed);
        client::trouble(error, "a record was not delivered");
    }
}

fn receipt(share: Mutex<Receipt>) -> Receipt {
    share.into_inner().unwrap_or_else(PoisonError::into_inner)
}

struct Context {
    shared: Arc<Shared>,
    /// Where records of a batch that was too large are sent. That producer itself has none.
    alone: Option<Arc<Sender>>,
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        client::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        client::trouble(&error, reason);
    }
}

impl ProducerContext for Context {
    /// The share of its batch's receipt. Behind a lock only because librdkafka's callbacks ask for it.
    type DeliveryOpaque = Box<Mutex<Receipt>>;

    fn delivery(&self, result: &DeliveryResult<'_>, share: Self::DeliveryOpaque) {
        let (shared, share) = (&self.shared, receipt(*share));
        match result {
            Ok(_) => {
                shared.stats.stored.fetch_add(1, Relaxed);
                share.answer(Delivered::Safe);
            }
            Err((error, message)) if error.rdkafka_error_code() == Some(TOO_LARGE) => {
                let [key, payload] =
                    [message.key(), message.payload()].map(Option::unwrap_or_default);
                match &self.alone {
                    Some(alone) => {
                        shared.stats.sent_again.fetch_add(1, Relaxed);
                        shared.send(alone, key, payload, share);
                    }
                    None => shared.bury(key, payload, share),
                }
            }
            Err((error, _)) => {
                shared.failed(error);
                share.answer(Delivered::Failed);
            }
        }
    }
}
