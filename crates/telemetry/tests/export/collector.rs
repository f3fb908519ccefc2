//! A collector on loopback.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// What a collector does with a request.
#[derive(Clone, Copy)]
pub enum Behaviour {
    Accepts,
    Fails,
    NeverAnswers,
}

/// A collector on loopback, and the bodies it received.
pub struct Collector {
    pub address: SocketAddr,
    pub bodies: Bodies,
}

/// What was received: where, and what.
pub type Bodies = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

impl Collector {
    pub fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let seen = bodies.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = seen.clone();
                thread::spawn(move || serve(stream, behaviour, &seen));
            }
        });
        Self { address, bodies }
    }

    /// Whether a text was received; protobuf holds texts as they are.
    pub fn received(&self, text: &str) -> bool {
        self.received_bytes(text.as_bytes())
    }

    pub fn received_bytes(&self, bytes: &[u8]) -> bool {
        self.bodies
            .lock()
            .unwrap()
            .iter()
            .any(|(_, body)| body.windows(bytes.len()).any(|part| part == bytes))
    }

    /// The spans that were received.
    pub fn spans(&self) -> Vec<Span> {
        self.messages::<ExportTraceServiceRequest>("/v1/traces")
            .into_iter()
            .flat_map(|request| request.resource_spans)
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans)
            .collect()
    }

    /// The log records that were received, each with the attributes of its resource.
    pub fn records(&self) -> Vec<(Attributes, LogRecord)> {
        let requests = self.messages::<ExportLogsServiceRequest>("/v1/logs");
        let resources = requests
            .into_iter()
            .flat_map(|request| request.resource_logs);
        let records = resources.flat_map(|resource| {
            let attributes = attributes(&resource.resource.unwrap_or_default().attributes);
            let records = resource.scope_logs.into_iter();
            let records = records.flat_map(|scope| scope.log_records);
            records.map(move |record| (attributes.clone(), record))
        });
        records.collect()
    }

    fn messages<M: Message + Default>(&self, path: &str) -> Vec<M> {
        let bodies = self.bodies.lock().unwrap();
        let of_path = bodies.iter().filter(|(at, _)| at == path);
        of_path
            .map(|(_, body)| M::decode(&**body).unwrap())
            .collect()
    }
}

/// Attributes by name, as texts.
pub type Attributes = BTreeMap<String, String>;

/// Attributes by name, as texts.
pub fn attributes(list: &[KeyValue]) -> Attributes {
    list.iter()
        .map(|attribute| (attribute.key.clone(), text(attribute.value.as_ref())))
        .collect()
}

/// A value as a text.
pub fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        other => format!("{other:?}"),
    }
}

fn serve(mut stream: TcpStream, behaviour: Behaviour, seen: &Bodies) {
    let mut received = Vec::new();
    let mut chunk = [0; 64 * 1024];
    loop {
        let head = received.windows(4).position(|part| part == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&received[..head]).to_ascii_lowercase();
            let path = text.split(' ').nth(1).unwrap().to_owned();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .and_then(|length| length.trim().parse::<usize>().ok())
                .unwrap();
            if received.len() >= head + 4 + length {
                let rest = received.split_off(head + 4 + length);
                seen.lock()
                    .unwrap()
                    .push((path, received.split_off(head + 4)));
                received = rest;
                let answer: &[u8] = match behaviour {
                    Behaviour::Accepts => b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                    Behaviour::Fails => {
                        b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"
                    }
                    Behaviour::NeverAnswers => b"",
                };
                if stream.write_all(answer).is_err() {
                    return;
                }
                continue;
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(read) => received.extend_from_slice(&chunk[..read]),
        }
    }
}
