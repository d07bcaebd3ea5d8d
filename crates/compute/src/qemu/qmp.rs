//! The machine protocol of QEMU: one JSON object a line, over a socket that serves one client at a time.

use crate::Error;
use serde_json::{Value, json};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

/// The name of the socket in a machine's run folder.
pub const SOCKET: &str = "qmp";

/// The longest line that is read. Answers to what is asked here are a few hundred bytes.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// How many events may stand before an answer.
const EVENTS_MAX: usize = 1000;

/// A conversation with one QEMU. While it lasts nobody else is heard, so it is kept short.
pub struct Qmp {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    patience: Duration,
}

impl Qmp {
    /// Connects, and gets ready to ask. Waits while another client is being served, at most as long as `patience`.
    pub async fn connect(run_folder: &Path, patience: Duration) -> Result<Qmp, Error> {
        // A socket's address holds 108 bytes; a folder that is already open has a short name.
        let folder = File::open(run_folder).map_err(Error::io(format!("open {}", run_folder.display())))?;
        let address = format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd());
        let stream =
            within(patience, UnixStream::connect(address)).await?.map_err(Error::io("connect to QEMU"))?;
        let (reader, writer) = stream.into_split();
        let mut qmp = Qmp { reader: BufReader::new(reader), writer, patience };
        let greeting = within(patience, qmp.line()).await??;
        if greeting.get("QMP").is_none() {
            return Err(failed("the greeting", &greeting));
        }
        qmp.execute("qmp_capabilities", json!({})).await?;
        Ok(qmp)
    }

    /// Runs a command and answers with what it returns. Events that come in between are passed over.
    pub async fn execute(&mut self, command: &str, arguments: Value) -> Result<Value, Error> {
        within(self.patience, self.ask(command, arguments)).await?
    }

    async fn ask(&mut self, command: &str, arguments: Value) -> Result<Value, Error> {
        let mut question = json!({ "execute": command, "arguments": arguments }).to_string();
        question.push('\n');
        self.writer.write_all(question.as_bytes()).await.map_err(Error::io("write to QEMU"))?;
        for _ in 0..EVENTS_MAX {
            let mut answer = self.line().await?;
            if let Some(value) = answer.get_mut("return") {
                return Ok(value.take());
            }
            if let Some(error) = answer.get("error") {
                return Err(failed(command, error));
            }
        }
        Err(failed(command, &json!("nothing but events came back")))
    }

    async fn line(&mut self) -> Result<Value, Error> {
        let mut line = Vec::new();
        let read = (&mut self.reader).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await;
        read.map_err(Error::io("read from QEMU"))?;
        if line.is_empty() {
            return Err(Error::Failed { what: "QEMU", why: "it hung up".to_owned() });
        }
        serde_json::from_slice(&line)
            .map_err(|cause| Error::Failed { what: "QEMU", why: format!("it spoke no JSON: {cause}") })
    }
}

fn failed(command: &str, answer: &Value) -> Error {
    Error::Failed { what: "QEMU", why: format!("{command}: {answer}") }
}

async fn within<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, Error> {
    timeout(patience, work).await.map_err(|_| Error::TooSlow { what: "QEMU", seconds: patience.as_secs() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::UnixListener;

    /// Checks what a question gets when QEMU says `lines` after its greeting.
    async fn check(lines: &'static str, expected: Result<Value, &str>) {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let serve = async {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let text = format!("{{\"QMP\":{{}}}}\n{{\"return\":{{}}}}\n{lines}");
            stream.write_all(text.as_bytes()).await.expect("the client listens");
            stream
        };
        let ask = async {
            let mut qmp = Qmp::connect(folder.path(), Duration::from_millis(500)).await?;
            qmp.execute("query-status", json!({})).await
        };
        let (answer, _stream) = tokio::join!(ask, serve);
        match (answer, expected) {
            (Ok(answer), Ok(expected)) => assert_eq!(answer, expected),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (answer, expected) => panic!("{answer:?} instead of {expected:?}"),
        }
    }

    #[tokio::test]
    async fn events_are_passed_over_and_errors_are_told() {
        check(
            "{\"event\":\"STOP\"}\n{\"return\":{\"status\":\"running\"}}\n",
            Ok(json!({"status": "running"})),
        )
        .await;
        check("{\"error\":{\"desc\":\"no such thing\"}}\n", Err("no such thing")).await;
        check("nonsense\n", Err("no JSON")).await;
        check("", Err("no answer")).await;
    }
}
