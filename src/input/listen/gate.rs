//! What accepts TCP connections, with TLS where that is asked for.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::Listener;
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::either::Either;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at once; more wait.
const MOST: usize = 256;

/// A listener. Handshakes run beside each other, so that one that is slow keeps nobody else waiting.
pub struct Gate {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    handshakes: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl Gate {
    /// Accepts from `listener`.
    pub fn new(listener: TcpListener, tls: Option<Arc<ServerConfig>>) -> Self {
        Self {
            listener,
            tls: tls.map(TlsAcceptor::from),
            handshakes: JoinSet::new(),
        }
    }
}

impl Listener for Gate {
    type Io = Either<TcpStream, TlsStream<TcpStream>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                Some(shaken) = self.handshakes.join_next() => {
                    if let Ok(Some((stream, address))) = shaken {
                        return (Either::Right(stream), address);
                    }
                }
                (stream, address) = Listener::accept(&mut self.listener), if self.handshakes.len() < MOST => {
                    let Some(tls) = &self.tls else {
                        return (Either::Left(stream), address);
                    };
                    let handshake = timeout(HANDSHAKE, tls.accept(stream));
                    self.handshakes.spawn(async move {
                        match handshake.await {
                            Ok(Ok(stream)) => return Some((stream, address)),
                            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                            Err(_) => tracing::debug!("a TLS handshake took too long"),
                        }
                        None
                    });
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
