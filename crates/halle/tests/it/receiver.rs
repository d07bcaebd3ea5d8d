//! Whoever receives leads: a web hook on 127.0.0.1 that takes everything and remembers it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;

/// A call as it came in.
#[derive(Debug, Clone)]
pub struct Call {
    pub id: String,
    pub body: String,
    seconds: i64,
    signature: String,
}

impl Call {
    /// Whether it was signed with this secret, as Standard Webhooks says: `whsec_` and the key in base 64.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let coded = secret.strip_prefix("whsec_").expect("a secret of Standard Webhooks");
        let key = base64::engine::general_purpose::STANDARD.decode(coded).expect("base 64");
        let key = String::from_utf8(key).expect("the market's keys are text");
        self.signature == house::outbox::sign(&key, &self.id, self.seconds, &self.body)
    }
}

pub struct Receiver {
    address: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Receiver {
    /// Listens for as long as the test program lives.
    pub fn open() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}/leads", listener.local_addr().expect("it is bound"));
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let kept = Arc::clone(&calls);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A caller that dies in the middle of its call has not called.
                if let Ok(call) = take(stream) {
                    kept.lock().expect("no caller panics").push(call);
                }
            }
        });
        Receiver { address, calls }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no caller panics").clone()
    }
}

fn take(mut stream: TcpStream) -> std::io::Result<Call> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let header = |wanted: &str| {
        let of = |line: &str| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        };
        head.lines().find_map(of).unwrap_or_default()
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;
    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")?;
    Ok(Call {
        id: header("webhook-id"),
        seconds: header("webhook-timestamp").parse().unwrap_or(0),
        signature: header("webhook-signature"),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
