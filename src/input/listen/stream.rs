//! Lines over TCP and Unix sockets. There is no acknowledgement in this protocol: what was read when the program is told to end is
//! delivered, and with a spool, what was spooled survives everything.

use axum::serve::Listener;
use memchr::memrchr;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    task::JoinSet,
};

use super::Door;
use crate::{
    batch::Receipt,
    input::lines::too_long,
    pipeline::buffers::{cut, reserve, wipe},
};

/// Bytes asked for at once. Each connection has a buffer of at least this.
const PIECE: usize = 64 << 10;
/// Connections of one listener; more wait. Together with the buffers this bounds what they can hold.
const MOST: usize = 1024;

/// Takes connections until the program ends, then waits for them.
pub async fn accept(mut listener: impl Listener, door: Door) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            (mut stream, _) = listener.accept(), if connections.len() < MOST => {
                let door = door.clone();
                connections.spawn(async move {
                    read(&mut stream, door).await;
                    // Over TLS the other side can tell this from a connection that was cut.
                    let _ = stream.shutdown().await;
                });
            }
            () = door.ending() => break,
        }
    }
    while connections.join_next().await.is_some() {}
}

/// Reads one connection to its end, or until the program is to end.
async fn read(stream: &mut (impl AsyncRead + Unpin), door: Door) {
    let mut buffer = Vec::new();
    // How long the line is that is too long to be kept.
    let mut skipping = None;
    loop {
        reserve(&mut buffer, PIECE);
        let old = buffer.len();
        let count = tokio::select! {
            count = stream.read_buf(&mut buffer) => count.unwrap_or(0),
            () = door.ending() => 0,
        };
        let last = memrchr(b'\n', &buffer[old..]).map(|at| old + at + 1);
        if let Some(length) = skipping {
            let first = memchr::memchr(b'\n', &buffer);
            if first.is_none() && count > 0 {
                skipping = Some(length + buffer.len() as u64);
                cut(&mut buffer, 0);
                continue;
            }
            let end = first.unwrap_or(buffer.len());
            let mut lines = too_long(length + end as u64, None, b"\n");
            lines.extend_from_slice(&buffer[(end + 1).min(buffer.len())..]);
            wipe(std::mem::replace(&mut buffer, lines));
            skipping = None;
        }
        if count == 0 {
            // The last line may have no end; it is a whole record all the same, or all there will ever be of one.
            if !buffer.is_empty() {
                if !buffer.ends_with(b"\n") {
                    buffer.push(b'\n');
                }
                // While there is no room, nothing more is read, and the sender waits.
                let room = door.room(buffer.len()).await;
                door.hand_over(buffer, room, Receipt::none()).await;
            }
            return;
        }
        match last.and_then(|_| memrchr(b'\n', &buffer)) {
            Some(at) => {
                let rest = buffer[at + 1..].to_vec();
                cut(&mut buffer, at + 1);
                let lines = std::mem::replace(&mut buffer, rest);
                let room = door.room(lines.len()).await;
                door.hand_over(lines, room, Receipt::none()).await;
            }
            None if buffer.len() > door.limits.line => {
                skipping = Some(buffer.len() as u64);
                wipe(std::mem::take(&mut buffer));
            }
            None => {}
        }
    }
}
