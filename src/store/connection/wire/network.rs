//! How TCP carries a connection.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// How TCP watches an idle connection, and in which order hosts are tried.
#[derive(Clone, Debug, Default)]
pub(in crate::store::connection) struct Network {
    pub(in crate::store::connection) has_keepalives: bool,
    pub(in crate::store::connection) idle: Option<Duration>,
    pub(in crate::store::connection) interval: Option<Duration>,
    pub(in crate::store::connection) count: Option<u32>,
    pub(in crate::store::connection) user_timeout: Option<Duration>,
    /// Whether hosts and addresses are tried in random order.
    pub(in crate::store::connection) is_random: bool,
}

impl Network {
    pub(super) fn apply(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let socket = SockRef::from(stream);
        if self.has_keepalives {
            let mut probes = TcpKeepalive::new();
            if let Some(idle) = self.idle {
                probes = probes.with_time(idle);
            }
            if let Some(interval) = self.interval {
                probes = probes.with_interval(interval);
            }
            if let Some(count) = self.count {
                probes = probes.with_retries(count);
            }
            socket.set_tcp_keepalive(&probes)?;
        }
        #[cfg(target_os = "linux")]
        if self.user_timeout.is_some() {
            socket.set_tcp_user_timeout(self.user_timeout)?;
        }
        Ok(())
    }
}
