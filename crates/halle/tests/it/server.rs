//! The program as a process: started, killed, started again.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// A server that has said nothing for this long will not say anything.
const START_SECONDS_MAX: u64 = 60;
/// A server that has not come to a place by then does not come there.
const DEATH_SECONDS_MAX: u64 = 120;

pub struct Server {
    process: Child,
    program: PathBuf,
    arguments: Vec<String>,
    log: Arc<Mutex<Vec<String>>>,
    address: String,
}

/// The program under test: the one that cargo built for these tests, unless another is named.
pub fn program() -> PathBuf {
    std::env::var_os("HALLE_TEST_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_halle").into(), PathBuf::from)
}

impl Server {
    /// Starts `halle serve` on a free port and returns when it listens.
    #[track_caller]
    pub fn start(data: &Path, extra: &[&str]) -> Server {
        Server::start_program(&program(), data, extra)
    }

    /// Starts it with a place at which it kills itself, and returns when it has.
    #[track_caller]
    pub fn die_at(place: &str, data: &Path, extra: &[&str]) {
        Server::die_within(Duration::from_secs(DEATH_SECONDS_MAX), place, data, extra);
    }

    /// The same for a place that is long in coming.
    #[track_caller]
    pub fn die_within(patience: Duration, place: &str, data: &Path, extra: &[&str]) {
        let mut arguments = vec!["serve", "--data", data.to_str().expect("the directory's name is text")];
        arguments.extend(["--listen", "127.0.0.1:0", "--break-at", place]);
        arguments.extend(extra);
        let mut process = Command::new(program())
            .args(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (ended, log) = (mpsc::channel(), Arc::default());
        listen(process.stderr.take().expect("standard error is piped"), &log, None);
        let id = process.id();
        std::thread::spawn(move || ended.0.send(process.wait()));
        let Ok(status) = ended.1.recv_timeout(patience) else {
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {id}")]).status();
            let log = log.lock().expect("no reader of the log panics").join("\n");
            panic!("the server never comes to {place}\n{log}");
        };
        let signal = status.expect("it can be waited for").signal();
        assert_eq!(signal, Some(9), "at {place} it ended by itself\n{:?}", log.lock());
    }

    /// The same with another program than the one under test.
    #[track_caller]
    pub fn start_program(program: &Path, data: &Path, extra: &[&str]) -> Server {
        let data = data.to_str().expect("the data directory's name is text");
        let mut arguments = vec!["serve", "--data", data, "--listen", "127.0.0.1:0"];
        arguments.extend(extra);
        let arguments = arguments.into_iter().map(str::to_owned).collect();
        Server::launch(program.to_owned(), arguments, Arc::default())
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it has logged so far, over all its starts.
    pub fn log(&self) -> String {
        self.log.lock().expect("no reader of the log panics").join("\n")
    }

    /// Ends it as a power cut would.
    #[track_caller]
    pub fn kill_9(&mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it can be waited for");
    }

    /// Asks it to end, and waits until it has.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        let ask = format!("kill -TERM {}", self.process.id());
        let asked = Command::new("sh").args(["-c", &ask]).status().expect("there is a shell");
        assert!(asked.success(), "it could not be asked to stop");
        self.process.wait().expect("it can be waited for")
    }

    /// Starts it again, with the same arguments and on whatever port is free now.
    #[track_caller]
    pub fn start_again(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        *self = Server::launch(self.program.clone(), self.arguments.clone(), Arc::clone(&self.log));
    }

    #[track_caller]
    fn launch(program: PathBuf, arguments: Vec<String>, log: Arc<Mutex<Vec<String>>>) -> Server {
        let mut process = Command::new(&program)
            .args(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (found, address) = mpsc::channel();
        listen(process.stdout.take().expect("standard output is piped"), &log, Some(found));
        listen(process.stderr.take().expect("standard error is piped"), &log, None);
        let mut server = Server { process, program, arguments, log, address: String::new() };
        match address.recv_timeout(Duration::from_secs(START_SECONDS_MAX)) {
            Ok(address) => server.address = address,
            Err(_) => panic!("the server does not say where it listens"),
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("── the server's log\n{}\n──", self.log());
        }
    }
}

/// Keeps what is printed, and passes on the address when it comes by.
fn listen(
    output: impl Read + Send + 'static,
    log: &Arc<Mutex<Vec<String>>>,
    found: Option<mpsc::Sender<String>>,
) {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            log.lock().expect("no reader of the log panics").push(line.clone());
            if let (Some(found), Some((_, rest))) = (&found, line.split_once("listening on http://")) {
                let address = rest.split_whitespace().next().unwrap_or_default().trim_end_matches('/');
                // Nobody waits for it any more when it is said a second time.
                let _ = found.send(format!("http://{address}"));
            }
        }
    });
}
