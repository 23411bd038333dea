//! The gateway that is tested.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::client::{Failed, Http, get, http, post, text};
use super::files::Files;
use super::sending::body;

pub(super) struct Gateway {
    url: String,
    admin: Option<String>,
    http: Http,
    child: Option<Child>,
}

impl Gateway {
    /// Runs the command, if there is one, in a process group of its own. Its placeholders stand for the files, and for addresses that are free: those are
    /// where the gateway is asked if no URL says otherwise.
    pub(super) fn start(
        command: Option<&str>,
        url: Option<&str>,
        admin: Option<&str>,
        files: &Files,
    ) -> Result<Self, Failed> {
        let (listen, free) = (free_address()?, free_address()?);
        let own_admin = command.is_some_and(|command| command.contains("{admin}"));
        let child = command.map(|command| {
            let command = files.named_in(command).replace("{listen}", &listen).replace("{admin}", &free);
            let mut shell = Command::new("sh");
            shell.args(["-c", &command]).env("MANIFEST", &files.manifest).env("ENDPOINTS", &files.endpoints);
            // What the gateway prints must not mix with the report.
            shell.stdout(std::io::stderr()).process_group(0).spawn()
        });
        let of = |address: String| format!("http://{address}");
        Ok(Self {
            url: url.map_or_else(|| of(listen), |url| url.trim_end_matches('/').to_owned()),
            admin: admin.map(str::to_owned).or_else(|| own_admin.then(|| of(free))),
            http: http(),
            child: child.transpose()?,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Returns when a request to each pool is answered.
    pub(super) async fn until_ready(&self, patience: Duration) -> Result<(), Failed> {
        let begun = Instant::now();
        for pool in super::fleet::POOLS {
            loop {
                let request = post(
                    &format!("{}/v1/chat/completions", self.url),
                    body(pool, false, 1, "Are you there?"),
                )?;
                let said = match text(&self.http, request).await {
                    Ok((200, _)) => break,
                    Ok((status, said)) => format!("{status} {said}"),
                    Err(error) => error.to_string(),
                };
                if begun.elapsed() > patience {
                    return Err(format!("the gateway is not ready for {pool}: {said}").into());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Ok(())
    }

    /// What the gateway has in flight: 0, or what is left when the patience ends; nothing where it has no admin port.
    pub(super) async fn in_flight(&self, patience: Duration) -> Result<Option<u64>, Failed> {
        let Some(admin) = &self.admin else { return Ok(None) };
        let begun = Instant::now();
        loop {
            let url = format!("{}/debug/in-flight", admin.trim_end_matches('/'));
            let (status, said) = text(&self.http, get(&url)?).await?;
            let count = count(&said).ok_or_else(|| format!("{url} says {status} `{said}`, not a number"))?;
            if count == 0 || begun.elapsed() > patience {
                return Ok(Some(count));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// An address of the loopback net that nobody listens on.
fn free_address() -> std::io::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// A number, or an object with a `total`.
fn count(said: &str) -> Option<u64> {
    let said: serde_json::Value = serde_json::from_str(said).ok()?;
    said.as_u64().or_else(|| said["total"].as_u64())
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let group = format!("-{}", child.id());
            let kill = |signal| Command::new("sh").args(["-c", &format!("kill -{signal} {group}")]).status();
            let _ = kill("TERM");
            for _ in 0..100 {
                if !matches!(child.try_wait(), Ok(None)) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = kill("KILL");
            let _ = child.wait();
        }
    }
}
