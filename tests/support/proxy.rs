//! Stands between the program and a server and spoils what a test wants spoiled. Everything else passes through unchanged.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// What happens to a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Passed on.
    Pass,
    /// Answered by the proxy.
    Answer(u16, &'static str),
    /// Passed on, but the client hears nothing of it: the connection is closed. The server has done the work.
    LoseAnswer,
    /// Passed on, but the answer is cut in the middle.
    CutAnswer,
    /// Passed on, with the answer's last item missing although the answer is whole.
    ShortAnswer,
    /// Closed before it is passed on.
    Refuse,
    /// Passed on after a while.
    Slow(Duration),
}

/// A running proxy. It lives as long as the test process.
pub struct Proxy {
    pub url: String,
}

/// A request as the proxy sees it.
pub struct Request {
    pub method: String,
    pub path: String,
    pub head: String,
    pub body: Vec<u8>,
}

impl Proxy {
    /// Starts one before `server`; `decide` is asked for each request, also from several threads at once.
    pub fn start(server: &str, decide: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Self {
        Self::listen(server, None, decide)
    }

    /// The same with TLS.
    pub fn start_tls(
        server: &str,
        tls: rustls::ServerConfig,
        decide: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        Self::listen(server, Some(Arc::new(tls)), decide)
    }

    fn listen(
        server: &str,
        tls: Option<Arc<rustls::ServerConfig>>,
        decide: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!(
            "{scheme}://localhost:{}",
            listener.local_addr().unwrap().port()
        );
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let decide = Arc::new(decide);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, decide, tls) = (server.clone(), decide.clone(), tls.clone());
                std::thread::spawn(move || {
                    let _ = client.set_read_timeout(Some(Duration::from_secs(60)));
                    let _ = match tls {
                        None => serve(client, &server, &*decide),
                        Some(tls) => {
                            let session = rustls::ServerConnection::new(tls).unwrap();
                            let mut stream = rustls::StreamOwned::new(session, client);
                            let served = serve(&mut stream, &server, &*decide);
                            stream.conn.send_close_notify();
                            let _ = stream.flush();
                            served
                        }
                    };
                });
            }
        });
        Self { url }
    }
}

/// One request a connection: keeps the proxy simple, and the program has to connect again and again.
fn serve(
    mut client: impl Read + Write,
    server: &str,
    decide: &dyn Fn(&Request) -> Fault,
) -> std::io::Result<()> {
    let request = read_request(&mut client)?;
    let fault = decide(&request);
    match fault {
        Fault::Refuse => return Ok(()),
        Fault::Answer(status, body) => {
            return write!(
                client,
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
        Fault::Slow(pause) => std::thread::sleep(pause),
        _ => {}
    }
    let mut upstream = TcpStream::connect(server)?;
    write!(
        upstream,
        "{} {} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n",
        request.method, request.path
    )?;
    for line in request.head.lines().skip(1).filter(|line| !line.is_empty()) {
        let name = line
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if !matches!(name.as_str(), "host" | "connection") {
            write!(upstream, "{line}\r\n")?;
        }
    }
    upstream.write_all(b"\r\n")?;
    upstream.write_all(&request.body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    match fault {
        Fault::LoseAnswer => Ok(()),
        Fault::CutAnswer => client.write_all(&answer[..answer.len() * 2 / 3]),
        Fault::ShortAnswer => {
            let body = without_last_item(&answer);
            write!(
                client,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        }
        _ => {
            // The client must not send its next request into a connection that is about to end.
            let first = answer
                .windows(2)
                .position(|w| w == b"\r\n")
                .map_or(answer.len(), |at| at + 2);
            client.write_all(&answer[..first])?;
            client.write_all(b"Connection: close\r\n")?;
            client.write_all(&answer[first..])
        }
    }
}

/// A bulk answer as it was, but for its last item: what is said of the others stays true.
fn without_last_item(answer: &[u8]) -> String {
    let body = memchr::memmem::find(answer, b"\r\n\r\n").map_or(&[][..], |at| &answer[at + 4..]);
    let mut body = serde_json::from_slice(body).unwrap_or(serde_json::Value::Null);
    let items = body["items"].as_array_mut();
    let mut items = items.map(std::mem::take).unwrap_or_default();
    items.pop();
    serde_json::json!({"errors": body["errors"], "items": items}).to_string()
}

fn read_request(client: &mut impl Read) -> std::io::Result<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 65536];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        let count = client.read(&mut chunk)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&chunk[..count]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .and_then(|n| n.trim().parse().ok())
        })
        .unwrap_or(0usize);
    let mut body = bytes.split_off(end);
    while body.len() < length {
        let count = client.read(&mut chunk)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        body.extend_from_slice(&chunk[..count]);
    }
    let mut first = head.split_whitespace();
    let (method, path) = (
        first.next().unwrap_or_default().to_owned(),
        first.next().unwrap_or_default().to_owned(),
    );
    Ok(Request {
        method,
        path,
        head,
        body,
    })
}
