//! Where the engines run: what their addresses and paths are.

/// Where the engines run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Containers of one compose project, which find each other by service name. The committed files.
    Compose,
    /// Processes of one machine, all on loopback.
    Host,
}

impl Environment {
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
    pub const fn host<'a>(self, service: &'a str) -> &'a str {
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
}
