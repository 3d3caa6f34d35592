//! Sudden death, a hundred times, at moments of all kinds: while the program starts, reads, spools, sends, moves its checkpoints.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Duration,
};

use tuomin::generate::rng::Rng;

use super::{
    oracle::{self, Watch},
    random,
    records::Records,
    shipper::{self, Shipper},
};
use crate::es::{es_url, prefix};

const DEATHS: u32 = 100;

#[test]
fn a_hundred_sudden_deaths_lose_nothing_and_store_nothing_twice() {
    let seed = random();
    println!("seed {seed}");
    let names = prefix("deaths");
    let mut shipper = Shipper::following(es_url(), &names);
    let watch = Watch::default();
    let stop = AtomicBool::new(false);
    let records = thread::scope(|scope| {
        let records = Records::new("d", seed);
        let writer = scope.spawn(shipper::writer(shipper.input(), records, &stop));
        let mut dice = Rng::new(seed);
        for death in 1..=DEATHS {
            // Now and then it lives long enough to deliver what has piled up.
            let most = if death % 8 == 0 { 2500 } else { 400 };
            thread::sleep(Duration::from_millis(dice.range(1, most)));
            shipper.kill();
            if death % 8 == 0 {
                watch.disk(&shipper);
            }
            shipper.revive();
        }
        stop.store(true, Relaxed);
        writer.join().unwrap()
    });
    let all = format!("{names}-*");
    oracle::everything_is_stored(es_url(), &all, records.stored(), &[&shipper]);
    shipper.end_well();
    watch.disk(&shipper);
    oracle::nothing_is_lost_or_changed(es_url(), &all, &[&records]);
    oracle::what_is_too_old_is_named(&[&shipper], &[&records]);
    println!("{shipper}; {watch}");
}
