//! Whether a machine's software answers, and whether the answer is its own.

use crate::Error;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

/// How much of an answer is read. A token stands near the beginning of what is meant for it.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// How long one attempt may take, when the deadline is further away.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(250);

/// Whether `GET path` at this address answers 200 with the token in it, now.
pub async fn token_answers(address: SocketAddr, path: &str, token: &str, within: Duration) -> bool {
    matches!(timeout(within, ask(address, path, token)).await, Ok(Ok(true)))
}

/// Waits until the token answers; [`Error::TooSlow`] when it does not `within` that time.
pub async fn await_token(
    address: SocketAddr,
    path: &str,
    token: &str,
    within: Duration,
) -> Result<(), Error> {
    let deadline = Instant::now() + within;
    let attempts = async {
        while !token_answers(address, path, token, ATTEMPT).await {
            tokio::time::sleep(PAUSE).await;
        }
    };
    let late = |_| Error::TooSlow { what: "the machine's software", seconds: within.as_secs() };
    timeout_at(deadline, attempts).await.map_err(late)
}

async fn ask(address: SocketAddr, path: &str, token: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return Ok(false) };
    let status = head.split_ascii_whitespace().nth(1);
    Ok(status == Some("200") && !token.is_empty() && body.contains(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// Checks whether an answer counts as the machine's own.
    async fn check(answer: &'static str, expected: bool) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let serve = async {
            let (mut stream, _) = listener.accept().await.expect("a visitor");
            let mut request = [0; 1024];
            let read = stream.read(&mut request).await.expect("a request");
            assert!(request[..read].starts_with(b"GET /halle/health HTTP/1.0\r\n"));
            stream.write_all(answer.as_bytes()).await.expect("the visitor listens");
        };
        let ask = token_answers(address, "/halle/health", "t0k3n", Duration::from_secs(10));
        let (got, ()) = tokio::join!(ask, async {
            serve.await;
        });
        assert_eq!(got, expected, "{answer:?}");
    }

    #[tokio::test]
    async fn only_a_good_answer_with_the_token_in_its_body_counts() {
        check("HTTP/1.1 200 OK\r\n\r\ntoken=t0k3n\n", true).await;
        check("HTTP/1.1 200 OK\r\n\r\ntoken=other\n", false).await;
        check("HTTP/1.1 200 OK\r\nx: t0k3n\r\n\r\n\n", false).await;
        check("HTTP/1.1 404 Not Found\r\n\r\nt0k3n\n", false).await;
        check("t0k3n", false).await;
    }

    #[tokio::test]
    async fn nobody_listening_is_no_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        drop(listener);
        assert!(!token_answers(address, "/", "t0k3n", Duration::from_secs(10)).await);
    }
}
