//! Everything that can go wrong, at random, for a while: the node overloads, dies and comes back, the network loses, cuts and
//! delays answers, the program is killed and terminated. Then: is every acknowledged record there, once and whole, and does
//! nothing that was planted as secret stand anywhere?
//!
//! `cargo test` does it for 20 seconds; `TUOMIN_SOAK_SECONDS=3600 cargo test --test it soak -- --nocapture` for an hour. The seed is printed
//! and can be given as `TUOMIN_SOAK_SEED`.

mod deaths;
mod oracle;
mod records;
mod shipper;
mod weather;

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use tuomin::generate::rng::Rng;

use self::{oracle::Watch, records::Records, shipper::Shipper, weather::Weather};
use crate::{
    es::{Node, prefix, until},
    proxy::Proxy,
};

/// How long everything may take to calm down at the end.
const PATIENCE: Duration = Duration::from_secs(300);
/// The longest time between two deaths of the node, which takes seconds to start.
const NODE_LIVES: Duration = Duration::from_secs(180);

#[test]
fn whatever_happens_every_acknowledged_record_is_there_once_and_no_secret_anywhere() {
    let from_environment = |name| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().expect(name))
    };
    let length = Duration::from_secs(from_environment("TUOMIN_SOAK_SECONDS").unwrap_or(20));
    let seed = from_environment("TUOMIN_SOAK_SEED").unwrap_or_else(random);
    println!("soak: {length:?}, TUOMIN_SOAK_SEED={seed}");

    // So small that a few requests at once are too much for it.
    let mut node = Node::start(&[
        "indexing_pressure.memory.limit=64kb",
        "thread_pool.write.size=1",
        "thread_pool.write.queue_size=1",
    ]);
    let weather = Weather::new(seed);
    let proxy = Proxy::start(node.url(), weather.clone().decide());
    let names = prefix("soak");
    // One is told that a record is safe when it is in the spool, the other when it is stored.
    let mut following = Shipper::following(&proxy.url, &names);
    let mut listening = Shipper::listening(&proxy.url, &names);
    let (followed, sent) = (Records::new("f", seed), Records::new("h", seed ^ 1));
    let watch = Watch::default();
    let stop = AtomicBool::new(false);

    let (followed, sent) = thread::scope(|scope| {
        let at_end = StopAtEnd(&stop);
        let writer = scope.spawn(shipper::writer(following.input(), followed, &stop));
        let sender = scope.spawn(shipper::sender(listening.address(), sent, &stop));
        for pages in [following.metrics(), listening.metrics()] {
            scope.spawn(|| watch.metrics(pages, &stop));
        }
        trouble(
            seed,
            length,
            &mut node,
            &weather,
            &watch,
            [&mut following, &mut listening],
        );
        until("there is something to see in the spool", PATIENCE, || {
            watch.disk(&following);
            watch.saw_a_spool()
        });
        drop(at_end);
        until("the last records are acknowledged", PATIENCE, || {
            listening.revive();
            writer.is_finished() && sender.is_finished()
        });
        (writer.join().unwrap(), sender.join().unwrap())
    });

    let all = format!("{names}-*");
    let expected = followed.stored() + sent.stored();
    oracle::everything_is_stored(node.url(), &all, expected, &[&following, &listening]);
    for shipper in [&mut following, &mut listening] {
        shipper.end_well();
        watch.disk(shipper);
    }
    oracle::nothing_is_lost_or_changed(node.url(), &all, &[&followed, &sent]);
    oracle::what_is_too_old_is_named(&[&following, &listening], &[&followed, &sent]);
    oracle::no_secret_in_the_index(node.url(), &all);
    watch.text("the node's log", &node.log());
    println!("soak: {expected} records stored; {weather}; {watch}");
    for (name, shipper) in [("following", following), ("listening", listening)] {
        println!("soak: {name}: {shipper}");
    }
}

/// Also a failed assertion ends those who give records; else the test would wait for them for ever instead of failing.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// A seed that differs from run to run.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Makes trouble for as long as asked for, and leaves everything running.
fn trouble(
    seed: u64,
    length: Duration,
    node: &mut Node,
    weather: &Weather,
    watch: &Watch,
    mut shippers: [&mut Shipper; 2],
) {
    let mut dice = Rng::new(seed ^ 2);
    let begin = Instant::now();
    let node_lives = NODE_LIVES.min(length / 2);
    let mut node_deaths = 1;
    while begin.elapsed() < length {
        thread::sleep(Duration::from_millis(dice.range(200, 1200)));
        for shipper in &mut shippers {
            shipper.revive();
        }
        if begin.elapsed() > node_lives * node_deaths {
            node_deaths += 1;
            node.kill();
            weather.node_died();
            thread::sleep(Duration::from_millis(dice.range(0, 3000)));
            node.restart();
        }
        let shipper = &mut shippers[dice.below(2)];
        match dice.below(10) {
            0..=3 => {
                shipper.kill();
                watch.disk(shipper);
                shipper.revive();
            }
            4..=5 => {
                shipper.terminate();
                shipper.revive();
            }
            _ => weather.change(&mut dice),
        }
    }
    weather.clear();
}
