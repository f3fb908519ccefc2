//! Where the engines run: what their addresses, ports and paths are.
//!
//! Files lie in the same places relative to each other everywhere: in a container the output folders are
//! mounted under [`Environment::root`] as they are, on one machine engines are started in the output folder.

use obsctl_model::Setting;

use super::targets::compose::settings;
use crate::project::{Component, OTLP_PORTS};

/// Where the engines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Containers of one compose project, which find each other by service name. The committed files.
    Compose,
    /// Processes of one machine, all on loopback, started in the output folder.
    Host,
}

impl Environment {
    /// All of them, as the command line offers them.
    pub const ALL: [Self; 2] = [Self::Compose, Self::Host];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compose => "compose",
            Self::Host => "host",
        }
    }

    /// The host name under which `service` is reached.
    #[must_use]
    pub const fn host(self, service: &str) -> &str {
        match self {
            Self::Compose => service,
            Self::Host => "127.0.0.1",
        }
    }

    /// `host:port` of a service.
    #[must_use]
    pub fn address(self, service: &str, port: u16) -> String {
        format!("{}:{port}", self.host(service))
    }

    /// `host:port` of a component's HTTP API, for the other components.
    #[must_use]
    pub fn api(self, component: Component) -> String {
        self.address(component.name(), component.port())
    }

    /// The URL of a component's HTTP API, for the other components.
    #[must_use]
    pub fn api_url(self, component: Component) -> String {
        format!("http://{}", self.api(component))
    }

    /// Where engines push samples to: Prometheus' remote write receiver.
    #[must_use]
    pub fn remote_write_url(self) -> String {
        format!("{}/api/v1/write", self.api_url(Component::Prometheus))
    }

    /// The URL of a component in the browser of whoever runs the stack.
    #[must_use]
    pub fn browser_url(self, component: Component) -> String {
        format!("http://localhost:{}", component.port())
    }

    /// The address servers listen on: all of the container's, or loopback only.
    #[must_use]
    pub const fn listen(self) -> &'static str {
        match self {
            Self::Compose => "0.0.0.0",
            Self::Host => "127.0.0.1",
        }
    }

    /// Ports of Loki's gRPC server: on one machine it cannot share 9095 with Tempo's.
    #[must_use]
    pub const fn loki_grpc_port(self) -> u16 {
        9095
    }

    /// Port of Tempo's gRPC server.
    #[must_use]
    pub const fn tempo_grpc_port(self) -> u16 {
        match self {
            Self::Compose => 9095,
            Self::Host => 9096,
        }
    }

    /// Ports (gRPC, HTTP) on which Tempo takes OTLP: on one machine the collector has the usual ones.
    #[must_use]
    pub const fn tempo_otlp_ports(self) -> (u16, u16) {
        match self {
            Self::Compose => OTLP_PORTS,
            Self::Host => (14317, 14318),
        }
    }

    /// The folder that holds the output folders, as engines see it.
    #[must_use]
    pub const fn root(self) -> &'static str {
        match self {
            Self::Compose => "/stack",
            Self::Host => ".",
        }
    }

    /// The value of a setting: compose puts it in, on one machine it is the default.
    #[must_use]
    pub fn setting(self, setting: &Setting) -> String {
        match self {
            Self::Compose => settings::reference(setting),
            Self::Host => setting.default.clone(),
        }
    }

    /// The same URL, with a host of the stack's own (a name without a dot) replaced by its address here.
    #[must_use]
    pub fn resolve_url(self, url: &str) -> String {
        let Some((scheme, rest)) = url.split_once("://") else {
            return url.to_owned();
        };
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, Some(port))
            }
            _ => (authority, None),
        };
        // An address of IPv6, a login, or a name of the public net is not one of the stack's hosts.
        if host.is_empty() || host.contains(['.', '[', '@', ':']) {
            return url.to_owned();
        }
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        format!("{scheme}://{}{port}{path}", self.host(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_the_stack_become_loopback() {
        for (url, host) in [
            (
                "http://receiver:8080/alerts?x=1",
                "http://127.0.0.1:8080/alerts?x=1",
            ),
            ("http://receiver", "http://127.0.0.1"),
            ("https://hooks.example.com/x", "https://hooks.example.com/x"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
            ("not a url", "not a url"),
        ] {
            assert_eq!(Environment::Host.resolve_url(url), host);
            assert_eq!(Environment::Compose.resolve_url(url), url);
        }
    }

    #[test]
    fn no_two_servers_of_one_machine_share_a_port() {
        let host = Environment::Host;
        let (grpc, http) = host.tempo_otlp_ports();
        let mut ports = vec![
            host.loki_grpc_port(),
            host.tempo_grpc_port(),
            grpc,
            http,
            OTLP_PORTS.0,
            OTLP_PORTS.1,
        ];
        ports.extend(Component::ALL.map(Component::port));
        let count = ports.len();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), count);
    }
}
