//! The producer: librdkafka collects records, sends them, and reports each.

use std::{
    sync::{Arc, Mutex, atomic::Ordering::Relaxed},
    time::Duration,
};

use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer},
    util::Timeout,
};

use super::KafkaSettings;
use crate::{
    batch::{Delivered, Encoder, ReadyBatch, Receipt},
    input::lines::too_long,
    kafka::client,
    output::identifier::Identifiers,
    pipeline::deliver::DeliveryStats,
    redact::Outcome,
};

/// How long a worker waits when librdkafka holds as much as it may.
const FULL: Duration = Duration::from_millis(10);

/// A running producer.
#[derive(Clone)]
pub struct KafkaOutput {
    producer: Arc<ThreadedProducer<Context>>,
    topic: String,
    max_record_bytes: usize,
    stats: Arc<DeliveryStats>,
}

impl KafkaOutput {
    /// Reaches the cluster.
    ///
    /// # Errors
    /// If the configuration can't work, or the cluster can't be reached or lacks the topic.
    pub fn open(settings: &KafkaSettings, stats: Arc<DeliveryStats>) -> Result<Self, String> {
        let cluster = settings.cluster();
        let mut config = cluster.client_config()?;
        for (name, value) in [
            // Nobody gives up: what can't be delivered now is delivered later.
            ("message.timeout.ms", "0"),
            ("linger.ms", "20"),
            ("compression.type", "lz4"),
            // With the key and what Kafka adds, a record of the largest size must still fit.
            (
                "message.max.bytes",
                &(settings.max_record_bytes + 10_000).to_string(),
            ),
        ] {
            if !settings.properties.contains_key(name) {
                config.set(name, value);
            }
        }
        config.set("enable.idempotence", "true");
        let context = Context {
            stats: stats.clone(),
        };
        let producer: ThreadedProducer<Context> = config
            .create_with_context(context)
            .map_err(|error| cluster.refused(&error))?;
        cluster.reach(producer.client(), &[&settings.topic])?;
        Ok(Self {
            producer: Arc::new(producer),
            topic: settings.topic.clone(),
            max_record_bytes: settings.max_record_bytes,
            stats,
        })
    }

    /// An encoder for this topic's records. `key` is derived from the key of the pseudonyms.
    pub fn encoder(&self, key: &[u8; 32]) -> KafkaEncoder {
        KafkaEncoder {
            identifiers: Identifiers::new(key),
            max_record_bytes: self.max_record_bytes,
        }
    }

    /// What became of the records.
    pub fn stats(&self) -> &Arc<DeliveryStats> {
        &self.stats
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
        while self.producer.in_flight_count() > 0 {
            if let Err(error) = self.producer.flush(Timeout::Never) {
                client::trouble(&error, "records can't be delivered now");
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
            let mut record = BaseRecord::with_opaque_to(&self.topic, Box::new(Mutex::new(share)))
                .key(key)
                .payload(payload);
            while let Err((error, back)) = self.producer.send(record) {
                if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                    // Its receipt, dropped with it, counts as failed.
                    self.producer.context().failed(&error);
                    break;
                }
                record = back;
                std::thread::sleep(FULL);
            }
        }
    }
}

/// Puts a record's identifier before its line.
pub struct KafkaEncoder {
    identifiers: Identifiers,
    max_record_bytes: usize,
}

impl Encoder for KafkaEncoder {
    fn encode(&self, raw: &[u8], redacted: &[u8], _: &Outcome, body: &mut Vec<u8>) {
        self.identifiers.write(raw, body);
        if redacted.len() > self.max_record_bytes {
            tracing::warn!(
                bytes = redacted.len(),
                "a record is larger than output.kafka.max_record_bytes and is replaced"
            );
            body.extend_from_slice(&too_long(redacted.len() as u64, None, b""));
        } else {
            body.extend_from_slice(redacted);
        }
    }
}

struct Context {
    stats: Arc<DeliveryStats>,
}

impl Context {
    fn failed(&self, error: &KafkaError) {
        self.stats.undelivered.fetch_add(1, Relaxed);
        client::trouble(error, "a record was not delivered");
    }
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
        let how = match result {
            Ok(_) => {
                self.stats.stored.fetch_add(1, Relaxed);
                Delivered::Safe
            }
            Err((error, _)) => {
                self.failed(error);
                Delivered::Failed
            }
        };
        let share = share.into_inner();
        share
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .answer(how);
    }
}
