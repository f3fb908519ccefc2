//! A server of HTTP that plays what a test wants: documented answers, and hostile ones.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// A parameter of the query or the form, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let pairs = self.query.split('&').chain(self.body.split('&'));
        let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(key, _)| *key == name)?;
        Some(decoded(value))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = vec![];
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let hex: Vec<_> = rest.by_ref().take(2).collect();
            u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
        } else {
            byte
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// What is answered.
pub enum Reply {
    Json(u16, Value),
    Text(u16, &'static str, String),
    /// These bytes, and the connection's end.
    Raw(Vec<u8>),
    /// Nothing, until the asker gives up.
    Silence,
}

impl Reply {
    pub fn ok(json: Value) -> Self {
        Self::Json(200, json)
    }

    pub fn text(text: &str) -> Self {
        Self::Text(200, "text/plain", text.to_owned())
    }

    pub fn missing() -> Self {
        Self::Text(404, "text/plain", "404 page not found\n".to_owned())
    }
}

/// A running server; it ends with the value.
pub struct Server {
    pub url: String,
    pub port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
    over: Arc<AtomicBool>,
}

impl Server {
    pub fn start(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, over) = (
            Arc::new(Mutex::new(vec![])),
            Arc::new(AtomicBool::new(false)),
        );
        let (log, end, reply) = (Arc::clone(&asked), Arc::clone(&over), Arc::new(reply));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), log) = (stream, Arc::clone(&log)) else {
                    continue;
                };
                let (reply, end) = (Arc::clone(&reply), Arc::clone(&end));
                thread::spawn(move || {
                    // Whoever asks may leave in the middle.
                    let _ = serve(stream, &log, &*reply, &end);
                });
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            asked,
            over,
        }
    }

    /// Everything that was asked.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes the listener.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(
    stream: TcpStream,
    log: &Mutex<Vec<Request>>,
    reply: &dyn Fn(&Request) -> Reply,
    over: &AtomicBool,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split_whitespace();
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = vec![];
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    log.lock().unwrap().push(request.clone());
    let (status, kind, body) = match reply(&request) {
        Reply::Json(status, json) => (status, "application/json", json.to_string()),
        Reply::Text(status, kind, text) => (status, kind, text),
        Reply::Raw(bytes) => return (&stream).write_all(&bytes),
        Reply::Silence => {
            while !over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
            }
            return Ok(());
        }
    };
    write!(
        &stream,
        "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
