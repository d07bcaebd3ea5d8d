//! A PostgreSQL server for the length of one test run.
//!
//! It listens on 127.0.0.1 alone, on a port that was free, asks for a password that nobody knows, keeps nothing when it
//! ends, and ends when we do: the kernel is told to interrupt it when its parent dies, so an interrupted run leaves no
//! server behind. PostgreSQL refuses to run as root, so root's runs hand it to another user.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::{is_root, printed, run};

/// How much of the server's log is shown when it does not start.
const LOG_LINES_MAX: usize = 30;

pub struct Postgres {
    server: Child,
    folder: PathBuf,
    url: String,
}

/// The folder with the server's programs: Debian's of the newest version, or that of an `initdb` on the path.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .max();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file())
    };
    newest.map(|(_, folder)| folder).or_else(on_path)
}

impl Postgres {
    /// Starts a server and returns when it answers.
    pub fn start() -> Result<Postgres> {
        let programs = programs().context("PostgreSQL is not installed")?;
        sweep();
        let folder = std::env::temp_dir().join(format!("{FOLDER_PREFIX}{}", std::process::id()));
        let owner = owner()?;
        make_private(&folder, &owner)?;
        let password = random_word()?;
        let started = initialise(&programs, &folder, &owner, &password)
            .and_then(|()| serve(&programs, &folder, &owner))
            .map(|(server, port)| (server, format!("postgres://halle:{password}@127.0.0.1:{port}/postgres")));
        match started {
            Ok((server, url)) => Ok(Postgres { server, folder, url }),
            Err(fault) => {
                // The first fault is the one to tell; what remains is swept by the next run.
                let _ = std::fs::remove_dir_all(&folder);
                Err(fault)
            }
        }
    }

    /// Where a superuser who may create databases connects.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    /// Ends the server without ceremony: nothing in it is to be kept.
    fn drop(&mut self) {
        let quit = format!("kill -QUIT {}", self.server.id());
        if run(Command::new("sh").args(["-c", &quit])).is_err() {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const FOLDER_PREFIX: &str = "halle-test-postgres-";

/// Removes what runs that were cut short have left: the number at the end is the process that made it.
fn sweep() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)) else { continue };
        if !Path::new("/proc").join(process).exists() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The user that the server runs as, when it is not the one who asks.
fn owner() -> Result<Option<Owner>> {
    if !is_root() {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        let number = |which: &str| -> Option<u32> {
            printed(Command::new("id").args([which, name])).ok()?.trim().parse().ok()
        };
        if let (Some(user), Some(group)) = (number("-u"), number("-g")) {
            return Ok(Some(Owner { user, group }));
        }
    }
    bail!("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`")
}

struct Owner {
    user: u32,
    group: u32,
}

fn make_private(folder: &Path, owner: &Option<Owner>) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt, chown};
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("{} could not be made", folder.display()))?;
    if let Some(owner) = owner {
        chown(folder, Some(owner.user), Some(owner.group)).context("the folder could not be handed over")?;
    }
    Ok(())
}

/// A password of 32 hexadecimal digits.
fn random_word() -> Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A call of one of the server's programs, as the user who may run it.
fn call(owner: &Option<Owner>, dies_with_us: bool, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if dies_with_us {
        command.args(["--pdeathsig", "INT"]);
    }
    if let Some(owner) = owner {
        command.args([
            &format!("--reuid={}", owner.user),
            &format!("--regid={}", owner.group),
            "--clear-groups",
        ]);
    }
    // A folder that the other user may enter, whatever ours is.
    command.current_dir("/").env("LC_ALL", "C").arg(program);
    command
}

fn initialise(programs: &Path, folder: &Path, owner: &Option<Owner>, password: &str) -> Result<()> {
    // Others may read it where it lies, but nobody else may enter the folder.
    let password_file = folder.join("password");
    std::fs::write(&password_file, password)?;
    let mut initdb = call(owner, false, &programs.join("initdb"));
    initdb
        .args(["--username=halle", "--auth-local=reject", "--auth-host=password", "--pwfile"])
        .arg(&password_file)
        .args(["--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
        .arg(folder.join("data"));
    printed(&mut initdb).context("the database could not be laid out")?;
    Ok(())
}

/// Starts the server on a free port and returns when it says that it is ready.
fn serve(programs: &Path, folder: &Path, owner: &Option<Owner>) -> Result<(Child, u16)> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut postgres = call(owner, true, &programs.join("postgres"));
    postgres.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
    let sockets = format!("unix_socket_directories={}", folder.display());
    for setting in [
        "listen_addresses=127.0.0.1",
        &sockets,
        "max_connections=200",
        // Nothing outlives the run, so nothing has to reach the disk.
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "log_min_messages=log",
    ] {
        postgres.args(["-c", setting]);
    }
    let mut server = postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut log = BufReader::new(server.stderr.take().expect("standard error is piped")).lines();
    let mut last = VecDeque::new();
    for line in log.by_ref().map_while(Result::ok) {
        if line.contains("database system is ready to accept connections") {
            // The server would stall on a full pipe, so someone goes on reading.
            std::thread::spawn(move || log.for_each(drop));
            return Ok((server, port));
        }
        last.push_back(line);
        if last.len() > LOG_LINES_MAX {
            last.pop_front();
        }
    }
    let status = server.wait()?;
    bail!(
        "PostgreSQL ended with {status} instead of starting:\n{}",
        last.into_iter().collect::<Vec<_>>().join("\n")
    )
}
