//! A real Kafka broker for tests: one for the whole run, in a temporary folder that goes with it.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::Path,
    process::{ChildStdin, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
    producer::{BaseRecord, Producer, ThreadedProducer},
};

use crate::{
    maven::{assemble, java, sources},
    scratch,
};

/// How long it may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The run's broker, which is started if it does not run.
pub fn broker() -> &'static str {
    static BROKER: OnceLock<(String, ChildStdin)> = OnceLock::new();
    let (address, _lease) = BROKER.get_or_init(|| {
        let folder = scratch::folder().join(format!("tuomin-kafka-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [port, controller] = free_ports();
        let lease = start(&folder, port, controller, None);
        (format!("127.0.0.1:{port}"), lease)
    });
    address
}

/// Starts a broker in a folder, which it removes when the lease that is given back ends. It has the user that `scram` describes.
pub fn start(folder: &Path, port: u16, controller: u16, scram: Option<&str>) -> ChildStdin {
    let lib = assemble("kafka-node", "Kafka").join("lib/*");
    let log = File::create(folder.join("out.log")).unwrap();
    let mut child = Command::new(java().0)
        .args(["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg("-cp")
        .arg(lib)
        .arg(sources("kafka-node").join("KafkaNode.java"))
        .arg(folder)
        .args([port.to_string(), controller.to_string()])
        .args(scram)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let begin = Instant::now();
    loop {
        let said = fs::read_to_string(folder.join("out.log")).unwrap_or_default();
        if said.contains("Kafka Server started") {
            break;
        }
        let has_ended = child.try_wait().unwrap().is_some();
        assert!(
            !has_ended && begin.elapsed() < PATIENCE,
            "the Kafka broker does not start:\n{said}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    child.stdin.take().unwrap()
}

/// A topic that no other test uses.
pub fn topic(name: &str, partitions: i32) -> String {
    topic_with(name, partitions, &[])
}

/// A topic that no other test uses, with settings of its own.
pub fn topic_with(name: &str, partitions: i32, settings: &[(&str, &str)]) -> String {
    topic_at(broker(), name, partitions, settings)
}

/// The same, at another broker than the run's.
pub fn topic_at(broker: &str, name: &str, partitions: i32, settings: &[(&str, &str)]) -> String {
    let admin: AdminClient<DefaultClientContext> = client(broker).create().unwrap();
    let (topic, options) = (
        settings.iter().fold(
            NewTopic::new(name, partitions, TopicReplication::Fixed(1)),
            |topic, (name, value)| topic.set(name, value),
        ),
        AdminOptions::new(),
    );
    let created = admin.create_topics([&topic], &options);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for result in runtime.block_on(created).unwrap() {
        result.unwrap();
    }
    name.to_owned()
}

/// Sends lines, one a message, and waits until they are stored.
pub fn produce<'a>(topic: &str, lines: impl IntoIterator<Item = &'a [u8]>) {
    produce_at(broker(), topic, lines);
}

/// The same, at another broker than the run's.
pub fn produce_at<'a>(broker: &str, topic: &str, lines: impl IntoIterator<Item = &'a [u8]>) {
    let producer: ThreadedProducer<_> = client(broker).create().unwrap();
    for (number, line) in lines.into_iter().enumerate() {
        let key = number.to_string();
        let mut record = BaseRecord::to(topic).key(&key).payload(line);
        while let Err((_, back)) = producer.send(record) {
            record = back;
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    producer.flush(PATIENCE).unwrap();
}

/// Everything in a topic: keys and payloads.
pub fn consume(topic: &str, partitions: i32) -> Vec<(Vec<u8>, Vec<u8>)> {
    consume_at(broker(), topic, partitions)
}

/// The same, at another broker than the run's.
pub fn consume_at(broker: &str, topic: &str, partitions: i32) -> Vec<(Vec<u8>, Vec<u8>)> {
    let consumer: BaseConsumer = client(broker).set("group.id", "test").create().unwrap();
    let mut assignment = TopicPartitionList::new();
    let mut left = 0;
    for partition in 0..partitions {
        let (low, high) = consumer
            .fetch_watermarks(topic, partition, PATIENCE)
            .unwrap();
        left += high - low;
        assignment
            .add_partition_offset(topic, partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&assignment).unwrap();
    let mut messages = Vec::new();
    while left > 0 {
        let message = consumer.poll(PATIENCE).unwrap().unwrap();
        let owned = |bytes: Option<&[u8]>| bytes.unwrap_or_default().to_vec();
        messages.push((owned(message.key()), owned(message.payload())));
        left -= 1;
    }
    messages
}

fn client(broker: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker);
    config
}

/// Ports that nobody has.
pub fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    let listeners = [0; COUNT].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
