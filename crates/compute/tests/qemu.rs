//! What every engine promises, tried on the real QEMU with the demo image.
//!
//! Needs what `NotHere` would name: qemu-system-x86 and ovmf; and, for the image, Debian's tools.

use compute::health::{await_token, token_answers};
use compute::qemu::{AccelChoice, Config, Qemu};
use compute::{Accel, ContentId, Engine, Error, Firmware, ImageRef, InstanceSpec, MachineId, Observed};
use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// How long a boot may take on a host that is busy and translates every instruction.
const BOOT: Duration = Duration::from_secs(240);

/// The demo image, as its recipe is now. The first test that asks builds it; the others wait for it.
fn demo_image() -> PathBuf {
    static IMAGE: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a folder in target");
        let image = target.join("demo-image/notes.vhd");
        let mut recipe = Command::new(env!("CARGO"));
        recipe.args(["run", "--quiet", "--package", "xtask", "--", "demo-image"]).arg(&image);
        assert!(recipe.status().expect("cargo runs").success(), "the demo image could not be built");
        image
    };
    IMAGE.get_or_init(build).clone()
}

/// A folder of machines, and the end of all that run in it. There is one at a time: translated machines want a core each.
struct Lab {
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Lab {
    async fn new() -> Lab {
        static TURN: Mutex<()> = Mutex::const_new(());
        let turn = TURN.lock().await;
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        // Machines run as another user, who has to get in.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("our own folder");
        Lab { folder, _turn: turn }
    }

    fn engine(&self) -> Qemu {
        self.engine_with(|_| ())
    }

    fn engine_with(&self, change: impl FnOnce(&mut Config)) -> Qemu {
        let mut config = Config::in_folder(self.folder.path());
        change(&mut config);
        Qemu::open(config).expect("a folder that can be opened")
    }

    fn machine(&self, id: &MachineId) -> PathBuf {
        self.folder.path().join("machines").join(id.as_str())
    }

    /// The numbers of the processes that belong to this folder, found without the engine.
    fn processes(&self) -> Vec<u32> {
        let ours = self.folder.path().canonicalize().expect("our own folder").display().to_string();
        let all = fs::read_dir("/proc")
            .expect("Linux")
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        all.filter(|pid: &u32| {
            let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            *pid != std::process::id() && String::from_utf8_lossy(&arguments).contains(&ours)
        })
        .collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.processes().into_iter().for_each(kill);
    }
}

fn kill(pid: u32) {
    let status = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill runs");
    assert!(status.success());
}

fn id(number: u32) -> MachineId {
    MachineId::parse(&format!("0190a1b2-0000-7000-8000-{number:012}")).expect("a UUID")
}

fn spec(number: u32) -> InstanceSpec {
    spec_of(number, demo_image())
}

fn spec_of(number: u32, path: PathBuf) -> InstanceSpec {
    InstanceSpec {
        id: id(number),
        image: ImageRef { content: ContentId::parse(&"ab".repeat(32)).expect("a digest"), path },
        firmware: Firmware::Bios,
        memory_mib: 256,
        cores: 1,
        host_name: format!("notes-{number}"),
        user: "alice".into(),
        ssh_keys: vec![
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFsVnI5y7RmjsK9DNvKTJ3BSTbFV3vT1CXRG9lEbLpjm".into(),
        ],
        token: format!("token-of-{number}"),
        open_ports: vec![80, 22],
    }
}

#[track_caller]
fn address(observed: &Observed, port: u16) -> SocketAddr {
    observed.address(port).unwrap_or_else(|| panic!("port {port} of {observed:?}"))
}

async fn boots(observed: &Observed, spec: &InstanceSpec) {
    let begun = Instant::now();
    let answer = await_token(address(observed, 80), "/halle/health", &spec.token, BOOT).await;
    answer.expect("the machine's page answers");
    eprintln!("booted under {:?} in {:.1} s", spec.firmware, begun.elapsed().as_secs_f32());
}

/// Whether an SSH server answers. The page of a machine may answer a moment earlier.
fn greets(address: SocketAddr) -> bool {
    let mut greeting = [0; 8];
    let read = TcpStream::connect(address).and_then(|mut ssh| ssh.read_exact(&mut greeting));
    read.is_ok() && &greeting == b"SSH-2.0-"
}

#[tokio::test]
async fn a_machine_lives_from_its_first_boot_to_its_end_and_is_never_two() {
    let lab = Lab::new().await;
    let (one, other) = (lab.engine(), lab.engine());
    let spec = spec(1);

    let (first, second) = tokio::join!(one.ensure_instance(&spec), other.ensure_instance(&spec));
    let first = first.expect("a machine");
    assert_eq!(first, second.expect("the same machine"));
    assert_eq!(lab.processes().len(), 1);
    boots(&first, &spec).await;
    let page = address(&first, 80);
    assert!(token_answers(page, "/", "notes-1", BOOT).await, "the page says its host name");
    assert!(token_answers(page, "/", "alice", BOOT).await, "the page says its user");
    assert!(!token_answers(page, "/halle/health", "token-of-2", BOOT).await);

    let ssh = address(&first, 22);
    let until = Instant::now() + BOOT;
    while !greets(ssh) {
        assert!(Instant::now() < until, "SSH does not answer");
    }

    // We are gone, and come back.
    drop((one, other));
    let engine = lab.engine();
    assert_eq!(engine.observe(&spec.id).await.expect("an answer"), first);
    assert_eq!(engine.ensure_instance(&spec).await.expect("the same machine"), first);
    assert!(engine.console(&spec.id).await.expect("a console").contains("user alice"));

    engine.stop(&spec.id, BOOT).await.expect("it shuts down");
    assert_eq!(engine.observe(&spec.id).await.expect("an answer"), Observed::Stopped);
    assert!(
        engine.console(&spec.id).await.expect("a console").contains("Power down"),
        "the guest ended by itself"
    );
    assert_eq!(
        engine.ensure_instance(&spec).await.expect("an answer"),
        Observed::Stopped,
        "it stays stopped"
    );

    let again = engine.start(&spec.id).await.expect("it starts again");
    boots(&again, &spec).await;
    lab.processes().into_iter().for_each(kill);
    // A killed process is there until the kernel has taken it down.
    while !lab.processes().is_empty() {
        tokio::task::yield_now().await;
    }
    let after = engine.observe(&spec.id).await.expect("an answer");
    assert!(matches!(after, Observed::Failed { .. }), "{after:?}");

    let again = engine.start(&spec.id).await.expect("what failed can be started");
    assert!(matches!(again, Observed::Running { .. }), "{again:?}");
    engine.destroy(&spec.id).await.expect("an end");
    assert_eq!(engine.observe(&spec.id).await.expect("an answer"), Observed::Absent);
    assert_eq!(engine.inventory().await.expect("a list"), []);
    assert!(lab.processes().is_empty() && !lab.machine(&spec.id).exists());
    engine.destroy(&spec.id).await.expect("absent is fine");
}

#[tokio::test]
async fn a_machine_boots_under_uefi() {
    let lab = Lab::new().await;
    let engine = lab.engine();
    let spec = InstanceSpec { firmware: Firmware::Uefi, ..spec(2) };
    let observed = engine.ensure_instance(&spec).await.expect("a machine");
    boots(&observed, &spec).await;
    engine.destroy(&spec.id).await.expect("an end");
}

#[tokio::test]
async fn machines_get_no_more_memory_than_there_is_and_each_its_own_ports() {
    let lab = Lab::new().await;
    let engine = lab.engine_with(|config| config.memory_budget_mib = Some(200));
    let machine = |number| InstanceSpec { memory_mib: 96, ..spec(number) };
    let (one, two, three) = (machine(1), machine(2), machine(3));

    let first = engine.ensure_instance(&one).await.expect("room for one");
    let second = engine.ensure_instance(&two).await.expect("room for two");
    assert_ne!(address(&first, 80), address(&second, 80));
    let refused = engine.ensure_instance(&three).await.expect_err("no room for three");
    assert!(matches!(refused, Error::NoRoom { asked_mib: 96, free_mib: 8, budget_mib: 200 }), "{refused}");
    assert!(refused.is_retryable());
    assert_eq!(engine.observe(&three.id).await.expect("an answer"), Observed::Absent);
    assert_eq!(engine.capabilities().await.expect("an answer").memory_free_mib, 8);

    let mut changed = one.clone();
    changed.host_name = "other".into();
    let refused = engine.ensure_instance(&changed).await.expect_err("not the same machine");
    assert!(matches!(refused, Error::Different(_)), "{refused}");

    engine.stop(&one.id, Duration::ZERO).await.expect("at once");
    assert_eq!(engine.observe(&one.id).await.expect("an answer"), Observed::Stopped);
    engine.ensure_instance(&three).await.expect("room again");
    for machine in [&one, &two, &three] {
        engine.destroy(&machine.id).await.expect("an end");
    }
    assert!(lab.processes().is_empty());
}

#[tokio::test]
async fn what_was_cut_short_is_finished_and_what_is_lost_is_found() {
    let lab = Lab::new().await;
    let engine = lab.engine();
    let spec = InstanceSpec { memory_mib: 64, ..spec(4) };
    let folder = lab.machine(&spec.id);

    // Cut short with the process running, but not yet noted.
    let first = engine.ensure_instance(&spec).await.expect("a machine");
    fs::remove_file(folder.join("started")).expect("it was noted");
    assert_eq!(engine.ensure_instance(&spec).await.expect("the same machine"), first);
    assert_eq!(lab.processes().len(), 1);

    // Cut short with nothing but the record written.
    engine.stop(&spec.id, Duration::ZERO).await.expect("at once");
    fs::remove_file(folder.join("started")).expect("it was noted");
    fs::remove_dir_all(folder.join("run")).expect("it was made");
    fs::remove_file(folder.join("seed.iso")).expect("it was written");
    assert_eq!(engine.observe(&spec.id).await.expect("an answer"), Observed::Absent);
    let second = engine.ensure_instance(&spec).await.expect("a machine");
    assert!(matches!(second, Observed::Running { .. }), "{second:?}");

    // A process without a folder.
    fs::remove_dir_all(&folder).expect("it was there");
    let found = engine.inventory().await.expect("a list");
    assert_eq!(found.len(), 1);
    assert!(found[0].id == spec.id && !found[0].has_state && found[0].process.is_some(), "{found:?}");
    engine.destroy(&spec.id).await.expect("an end");
    assert_eq!(engine.inventory().await.expect("a list"), []);
    assert!(lab.processes().is_empty());

    // A folder without a process, its record already gone.
    fs::create_dir_all(folder.join("run")).expect("a folder");
    let found = engine.inventory().await.expect("a list");
    assert!(found.len() == 1 && found[0].has_state && found[0].process.is_none(), "{found:?}");
    engine.destroy(&spec.id).await.expect("an end");
    assert!(!folder.exists());
}

#[tokio::test]
async fn machines_run_as_a_user_who_can_do_nothing_else() {
    let lab = Lab::new().await;
    let engine = lab.engine();
    let spec = InstanceSpec { memory_mib: 64, ..spec(5) };
    engine.ensure_instance(&spec).await.expect("a machine");
    let pid = lab.processes()[0];
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a live process");
    let line =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").trim().to_owned();
    assert_eq!(line("Seccomp:"), "2", "system calls are filtered");
    let uid: u32 = line("Uid:").split_whitespace().next().and_then(|uid| uid.parse().ok()).expect("a user");
    assert_ne!(uid, 0);
    let record = fs::metadata(lab.machine(&spec.id).join("machine.json")).expect("a record");
    assert_eq!(record.permissions().mode() & 0o077, 0, "the record has secrets in it");
    engine.destroy(&spec.id).await.expect("an end");
}

/// Checks which help a choice leads to; where KVM does not really work, that is said.
async fn check_accel(choice: AccelChoice, possible: &[Option<Accel>]) {
    let lab = Lab::new().await;
    let capabilities =
        lab.engine_with(|config| config.accel = choice).capabilities().await.expect("an answer");
    assert!(possible.contains(&capabilities.accel), "{capabilities:?}");
    assert_eq!(capabilities.accel.is_none(), capabilities.available.is_err());
    if let Err(missing) = capabilities.available {
        assert!(missing.contains("KVM under which a guest really runs"), "{missing}");
    }
}

#[tokio::test]
async fn the_processor_helps_only_where_a_guest_was_seen_to_run() {
    check_accel(AccelChoice::Tcg, &[Some(Accel::Tcg)]).await;
    check_accel(AccelChoice::Auto, &[Some(Accel::Tcg), Some(Accel::Kvm)]).await;
    check_accel(AccelChoice::Kvm, &[None, Some(Accel::Kvm)]).await;
}

#[tokio::test]
async fn a_host_without_qemu_says_what_to_install() {
    let lab = Lab::new().await;
    let engine = lab.engine_with(|config| config.program = "/nowhere/qemu-system-x86_64".into());
    let capabilities = engine.capabilities().await.expect("an answer all the same");
    let missing = capabilities.available.expect_err("it is not there");
    assert!(missing.contains("apt-get install qemu-system-x86"), "{missing}");
    let spec = spec_of(6, "/nowhere".into());
    let not_here =
        |error: Error| assert!(matches!(error, Error::NotHere { .. }) && !error.is_retryable(), "{error}");
    not_here(engine.ensure_instance(&spec).await.expect_err("it cannot run"));
    not_here(
        engine.ensure_image(&spec.image.content, &spec.image.path, &|_, _| ()).await.expect_err("not here"),
    );
    not_here(engine.observe(&spec.id).await.expect_err("it cannot be seen"));
    not_here(engine.start(&spec.id).await.expect_err("it cannot start"));
}
