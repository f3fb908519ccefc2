//! What containers are put together from.

use obsctl_model::Setting;

use super::schema::{BindOptions, Healthcheck, Logging, Mount, Service};
use super::settings::reference;
use crate::generate::{Component, Environment};

/// Where the output folders are in containers.
pub const ROOT: &str = Environment::Compose.root();

/// What all containers have in common; `memory` is in MiB.
pub fn base(memory: &Setting) -> Service {
    Service {
        mem_limit: format!("{}m", reference(memory)),
        restart: "unless-stopped".to_owned(),
        security_opt: vec!["no-new-privileges:true".to_owned()],
        logging: Logging {
            driver: "json-file".to_owned(),
            options: [("max-file", "3"), ("max-size", "10m")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        },
        ..Service::default()
    }
}

pub fn config_flag(dashes: &str, path: &str) -> String {
    format!("{dashes}config.file={ROOT}/{path}")
}

pub fn external_url(port: &Setting) -> String {
    format!("--web.external-url=http://localhost:{}/", reference(port))
}

/// A port on loopback only: nothing here asks for a login.
pub fn publish(port: &Setting, inside: u16) -> String {
    format!("127.0.0.1:{}:{inside}", reference(port))
}

/// An output folder at the same place as in the repository.
pub fn output(path: &str) -> Mount {
    folder(path, &format!("{ROOT}/{path}"))
}

pub fn folder(path: &str, target: &str) -> Mount {
    Mount::Bind {
        source: format!("../{path}"),
        target: target.to_owned(),
        read_only: true,
        bind: BindOptions {
            create_host_path: false,
        },
    }
}

/// Something of the machine itself, or beside the compose file.
pub fn machine(path: &str, target: &str) -> Mount {
    Mount::Bind {
        source: path.to_owned(),
        target: target.to_owned(),
        read_only: true,
        bind: BindOptions {
            create_host_path: false,
        },
    }
}

pub fn volume(component: Component, target: &str) -> Mount {
    Mount::Volume {
        source: component.name().to_owned(),
        target: target.to_owned(),
    }
}

/// For images with busybox; the output goes nowhere because the working folder cannot be written.
pub fn wget(component: Component, path: &str) -> Healthcheck {
    let url = format!("http://localhost:{}{path}", component.port());
    healthcheck(&["wget", "-q", "-O", "/dev/null", &url])
}

/// Asked often until the first success, so that a start is seen as soon as it is done, and seldom after it.
pub fn healthcheck<T: AsRef<str>>(command: &[T]) -> Healthcheck {
    Healthcheck {
        test: std::iter::once("CMD")
            .chain(command.iter().map(AsRef::as_ref))
            .map(|word| word.replace('$', "$$"))
            .collect(),
        interval: "10s".to_owned(),
        timeout: "5s".to_owned(),
        retries: 6,
        start_period: "60s".to_owned(),
        start_interval: "2s".to_owned(),
    }
}
