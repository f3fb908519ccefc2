//! A collector: takes spans by OTLP over HTTP, as Alloy does.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use prost::Message;

/// What a span is like: one stands for all that differ in nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Received {
    pub service: String,
    pub resource: BTreeSet<String>,
    pub name: String,
    pub kind: i32,
    pub attributes: BTreeSet<String>,
}

/// Keeps what it is sent.
#[derive(Clone)]
pub struct Collector {
    pub url: String,
    spans: Arc<Mutex<BTreeSet<Received>>>,
}

impl Collector {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            spans: Arc::default(),
        };
        let spans = Arc::clone(&collector.spans);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let spans = Arc::clone(&spans);
                std::thread::spawn(move || serve(stream, &spans));
            }
        });
        collector
    }

    pub fn spans(&self) -> BTreeSet<Received> {
        self.spans.lock().unwrap().clone()
    }
}

/// Answers requests of one connection until it is closed.
fn serve(mut stream: TcpStream, spans: &Mutex<BTreeSet<Received>>) -> Option<()> {
    let mut buffer = vec![];
    loop {
        let head = loop {
            if let Some(at) = buffer.windows(4).position(|it| it == b"\r\n\r\n") {
                break at + 4;
            }
            read(&mut stream, &mut buffer)?;
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))?
            .trim()
            .parse::<usize>()
            .ok()?;
        while buffer.len() < head + length {
            read(&mut stream, &mut buffer)?;
        }
        let request = ExportTraceServiceRequest::decode(&buffer[head..head + length]).ok()?;
        spans.lock().unwrap().extend(received(request));
        buffer.drain(..head + length);
        std::io::Write::write_all(
            &mut stream,
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n",
        )
        .ok()?;
    }
}

fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 16 * 1024];
    let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
    buffer.extend_from_slice(&chunk[..count]);
    Some(())
}

fn received(request: ExportTraceServiceRequest) -> Vec<Received> {
    let mut all = vec![];
    for of_resource in request.resource_spans {
        let attributes = of_resource.resource.unwrap_or_default().attributes;
        let service = attributes.iter().find(|it| it.key == "service.name");
        let service = service.map(text).unwrap_or_default();
        for span in of_resource.scope_spans.into_iter().flat_map(|it| it.spans) {
            all.push(Received {
                service: service.clone(),
                resource: attributes.iter().map(|it| it.key.clone()).collect(),
                name: span.name,
                kind: span.kind,
                attributes: span.attributes.into_iter().map(|it| it.key).collect(),
            });
        }
    }
    all
}

fn text(attribute: &KeyValue) -> String {
    let value = attribute.value.as_ref().and_then(|it| it.value.as_ref());
    match value {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}
