//! Giving up rights, for good: after [`confine`] this thread, and every thread that it starts, opens no file, reaches no network, starts
//! no program and asks the kernel for nothing that reading an image does not need. Files that are open already stay readable.
//!
//! Two mechanisms stand behind one another. Landlock refuses files, ports and signals by name; seccomp refuses the calls themselves. A
//! kernel without the first still has the second, and the report's reader is told.

use std::io;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus, Scope,
};
use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};
use serde::{Deserialize, Serialize};

use crate::phrase::{Phrase, say};

/// What the kernel was able to enforce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Files and network are refused by landlock.
    pub landlock: bool,
    /// All calls but a few are refused by seccomp.
    pub seccomp: bool,
}

impl Confinement {
    /// What the kernel lacks, for whoever relies on it; `None` when it lacks nothing.
    pub fn shortcoming(self) -> Option<Phrase> {
        match self {
            Confinement { landlock: true, seccomp: true } => None,
            Confinement { seccomp: true, .. } => Some(say("child.no_landlock")),
            Confinement { seccomp: false, .. } => Some(say("child.unconfined")),
        }
    }
}

/// The newest edition of landlock whose refusals are asked for; an older kernel enforces what it knows of them.
const LANDLOCK: ABI = ABI::V6;

/// What reading an open image with several threads needs, and no more. Whatever else is called fails as "not permitted".
const ALLOWED: &[c_long] = &[
    // The image, and the pipe to whoever waits.
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_fadvise64,
    libc::SYS_close,
    libc::SYS_ppoll,
    // Memory.
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    // Threads; `clone` is allowed for them alone, below.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_membarrier,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Signals to itself, for a panic's end.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
    // Time and chance, which hash maps ask for.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_getrandom,
];

/// What nobody calls by accident while reading an image. Whoever does is not judging any more, and is ended at once.
const DEADLY: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_socket,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_add_key,
];

/// Confines this thread and those that it will start. Where the kernel cannot enforce a part, that is told; where it can and fails,
/// nothing may be judged.
pub fn confine() -> io::Result<Confinement> {
    Ok(Confinement { landlock: landlock()?, seccomp: seccomp()? })
}

/// Refuses every file, port and foreign process, as far as this kernel knows how.
fn landlock() -> io::Result<bool> {
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(LANDLOCK)))
        .and_then(|rules| rules.scope(Scope::from_all(LANDLOCK)));
    // No exception follows: not one path and not one port is allowed.
    let status = rules.and_then(Ruleset::create).and_then(|rules| rules.restrict_self());
    match status {
        Ok(status) => Ok(status.ruleset != RulesetStatus::NotEnforced),
        Err(cause) => Err(io::Error::other(format!("landlock: {cause}"))),
    }
}

fn seccomp() -> io::Result<bool> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(false) };
    let always = |calls: &[c_long]| calls.iter().map(|call| (*call, Vec::new())).collect::<Vec<_>>();
    // glibc starts threads by a call whose arguments no filter can see. Told that there is none, it takes the older one.
    let no_clone3 = vec![(libc::SYS_clone3, Vec::new())];
    let mut allowed = always(ALLOWED);
    allowed.push((libc::SYS_clone3, Vec::new()));
    allowed.push((libc::SYS_clone, vec![threads_only()?]));
    // Naming a thread, and naming memory for those who look at it.
    let names = [libc::PR_SET_NAME, libc::PR_SET_VMA].map(|option| first_argument(option.unsigned_abs()));
    allowed.push((libc::SYS_prctl, names.into_iter().collect::<io::Result<_>>()?));
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    // Of several answers the kernel takes the strictest. The allow-list comes last, for it refuses further filters.
    for (calls, listed, others) in [
        (no_clone3, errno(libc::ENOSYS), SeccompAction::Allow),
        (always(DEADLY), SeccompAction::KillProcess, SeccompAction::Allow),
        (allowed, SeccompAction::Allow, errno(libc::EPERM)),
    ] {
        let filter = SeccompFilter::new(calls.into_iter().collect(), others, listed, arch);
        let program = filter.and_then(BpfProgram::try_from).map_err(broken)?;
        seccompiler::apply_filter(&program).map_err(broken)?;
    }
    Ok(true)
}

/// The first argument of `clone` says what the two will share: here it must be everything, as it is for threads.
fn threads_only() -> io::Result<SeccompRule> {
    let thread = libc::CLONE_THREAD.unsigned_abs().into();
    let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), thread)
        .map_err(broken)?;
    SeccompRule::new(vec![condition]).map_err(broken)
}

fn first_argument(value: u32) -> io::Result<SeccompRule> {
    let condition =
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value.into()).map_err(broken)?;
    SeccompRule::new(vec![condition]).map_err(broken)
}

fn broken(cause: impl std::fmt::Display) -> io::Error {
    io::Error::other(format!("seccomp: {cause}"))
}
