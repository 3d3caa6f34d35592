//! Where a run's records go: a file, standard output, Elasticsearch or Kafka.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::super::usage;
#[cfg(feature = "kafka")]
use crate::output::kafka::{KafkaEncoder, KafkaOutput};
use crate::{
    config::Config,
    output::{
        dead_letter::DeadLetters,
        elasticsearch::{Client, DocumentEncoder, Elasticsearch, Settings},
        file::FileOutput,
    },
    pipeline::{
        Sink,
        deliver::{Collect, Delivery, DeliveryStats},
        order::InOrder,
        shutdown::Shutdown,
        spooled::SpooledDelivery,
        work::Shape,
    },
    record::RecordTable,
    redact::PseudonymKey,
    spool::{Damage, Spool},
};

/// What document identifiers are derived for. Changing it would store every replayed record twice.
const IDENTIFIERS: &str = "tuomin 2026-11 document identifiers";

/// An open output.
pub enum Destination {
    /// Lines.
    Lines(FileOutput),
    /// Documents.
    Server(Server),
    /// Messages.
    #[cfg(feature = "kafka")]
    Kafka(KafkaOutput, Arc<KafkaEncoder>),
}

/// A server, and the threads that talk to it.
pub struct Server {
    runtime: Handle,
    spool: Option<Spool>,
    encoder: Arc<DocumentEncoder>,
    sender: Sender,
    stats: Arc<DeliveryStats>,
}

/// How batches get to the server.
enum Sender {
    /// From memory.
    Direct(Delivery),
    /// By way of the disk.
    Spooled(SpooledDelivery),
}

/// How the output ended.
pub enum Finished {
    /// Whoever read our output has seen enough (`tuomin run … | head`).
    NobodyListens,
    /// Everything that could be written is.
    Lines,
    /// What became of records that went to a server, and how many wait in the spool.
    Server(Arc<DeliveryStats>, u64),
}

impl Destination {
    /// Opens what the configuration names. Fails before anything is read if it can't be written to.
    pub fn open(
        config: &Config,
        key: &PseudonymKey,
        shutdown: &Shutdown,
        runtime: &Handle,
    ) -> anyhow::Result<Self> {
        #[cfg(feature = "kafka")]
        if let Some(settings) = &config.output.kafka {
            let output = KafkaOutput::open(settings, Arc::default()).map_err(usage)?;
            let encoder = output.encoder(&Zeroizing::new(key.derive(IDENTIFIERS)));
            return Ok(Self::Kafka(output, Arc::new(encoder)));
        }
        match &config.output.elasticsearch {
            Some(settings) => Ok(Self::Server(Server::open(
                config, settings, key, shutdown, runtime,
            )?)),
            None => {
                let path = config.output.file.as_deref();
                let name = path.unwrap_or(Path::new("-")).display();
                let open = FileOutput::open(path);
                open.map(Self::Lines)
                    .map_err(|error| usage(format!("{name}: can't be written: {error}")))
            }
        }
    }

    /// Tells the names of the categories that findings are counted by.
    pub fn name_categories(&self, ids: &[String]) {
        if let Self::Server(server) = self {
            server.encoder.name_categories(ids);
        }
    }

    /// Whether records go to a server.
    pub fn is_server(&self) -> bool {
        !matches!(self, Self::Lines(_))
    }

    /// What becomes of records and what waits, for those who watch.
    pub fn observe(&self) -> (Option<Arc<DeliveryStats>>, Option<Spool>) {
        match self {
            Self::Lines(_) => (None, None),
            Self::Server(server) => (Some(server.stats.clone()), server.spool.clone()),
            #[cfg(feature = "kafka")]
            Self::Kafka(output, _) => (Some(output.stats().clone()), None),
        }
    }

    /// A half-written file that must not stay if the process ends at once.
    pub fn temporary(&self) -> Option<PathBuf> {
        match self {
            Self::Lines(output) => output.temporary(),
            _ => None,
        }
    }

    /// The form of the records.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Lines(_) => Shape::Lines,
            Self::Server(server) => Shape::Encoded(server.encoder.clone()),
            #[cfg(feature = "kafka")]
            Self::Kafka(_, encoder) => Shape::Encoded(encoder.clone()),
        }
    }

    /// Where workers hand batches to.
    pub fn sink(&self) -> io::Result<Sink> {
        Ok(match self {
            Self::Lines(output) => Sink::InOrder(InOrder::new(output.writer()?)),
            Self::Server(server) => Sink::Anywhere(match &server.sender {
                Sender::Direct(delivery) => delivery.push(),
                Sender::Spooled(delivery) => delivery.push(),
            }),
            #[cfg(feature = "kafka")]
            Self::Kafka(output, _) => Sink::Anywhere(output.push()),
        })
    }

    /// Waits until all is delivered; gives a file its name, unless an input was left `unfinished`.
    pub fn finish(
        self,
        unwritten: Option<io::Error>,
        unfinished: bool,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Finished> {
        match self {
            Self::Lines(output) => {
                let failed = format!("{}: can't be written", output.name());
                match unwritten {
                    Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        return Ok(Finished::NobodyListens);
                    }
                    Some(error) => return Err(error).context(failed),
                    None if unfinished => {}
                    None => output.commit().context(failed)?,
                }
                Ok(Finished::Lines)
            }
            Self::Server(server) => {
                let waiting = match server.sender {
                    Sender::Direct(delivery) => {
                        delivery.finish(&server.runtime, None).map(|()| 0)?
                    }
                    Sender::Spooled(delivery) => delivery.finish(|| shutdown.signal().is_some())?,
                };
                Ok(Finished::Server(server.stats, waiting))
            }
            #[cfg(feature = "kafka")]
            Self::Kafka(output, _) => {
                output.finish();
                Ok(Finished::Server(output.stats().clone(), 0))
            }
        }
    }
}

impl Server {
    fn open(
        config: &Config,
        settings: &Settings,
        key: &PseudonymKey,
        shutdown: &Shutdown,
        runtime: &Handle,
    ) -> anyhow::Result<Self> {
        let offset = config.record.offset_s().unwrap_or_default();
        let table = Arc::new(RecordTable::builtin().with_offset(offset));
        let key = Zeroizing::new(key.derive(IDENTIFIERS));
        let collect = Collect {
            bytes: settings.bulk.max_bytes,
            wait: Duration::from_millis(config.pipeline.flush_ms),
            offered_again: config.spool.is_some(),
        };
        let stats: Arc<DeliveryStats> = Arc::default();
        let kind = config.record.kind;
        let Some(spool) = &config.spool else {
            let server = runtime
                .block_on(Elasticsearch::connect(settings, table, &key))
                .map_err(usage)?;
            let encoder = Arc::new(server.encoder(kind));
            let delivery = Delivery::start(runtime, Arc::new(server), collect, stats.clone());
            return Ok(Self {
                runtime: runtime.clone(),
                spool: None,
                encoder,
                sender: Sender::Direct(delivery),
                stats,
            });
        };
        // The server need not be there yet, but what can be known to be wrong without it is told now.
        Client::new(settings).map_err(usage)?;
        let (spool, recovered) = Spool::open(spool, shutdown.clone()).map_err(usage)?;
        if recovered.records > 0 {
            tracing::info!(
                records = recovered.records,
                "records of an earlier run are in the spool"
            );
        }
        if recovered.damage != Damage::default() {
            let Damage {
                torn_bytes,
                damaged_bytes,
            } = recovered.damage;
            tracing::warn!(
                torn_bytes,
                damaged_bytes,
                "an earlier run ended while it wrote to the spool; that part is cut off"
            );
        }
        let letters = Arc::new(DeadLetters::in_folder(&settings.dead_letters));
        let encoder = Arc::new(DocumentEncoder::new(
            settings,
            &key,
            table.clone(),
            kind,
            letters,
        ));
        let settings = settings.clone();
        let connect = move |runtime: &Handle| {
            runtime.block_on(Elasticsearch::connect(&settings, table.clone(), &key))
        };
        let delivery = SpooledDelivery::start(
            runtime.clone(),
            spool.clone(),
            connect,
            collect,
            stats.clone(),
        )?;
        Ok(Self {
            runtime: runtime.clone(),
            spool: Some(spool),
            encoder,
            sender: Sender::Spooled(delivery),
            stats,
        })
    }
}
