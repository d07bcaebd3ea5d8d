//! How a machine's specification becomes QEMU's arguments.

use super::folder::{Folder, Record};
use super::process::NAME_BEGINS;
use super::{Config, qmp};
use crate::{Accel, Firmware};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::Path;

/// All arguments. Paths of sockets and logs are relative to the machine's run folder, where QEMU is started.
pub fn arguments(
    record: &Record,
    machine_type: &str,
    accel: Accel,
    base: &Path,
    at: &Folder,
    config: &Config,
) -> Vec<OsString> {
    let spec = &record.spec;
    let mut line = Line::default();
    line.add("-name", format!("{NAME_BEGINS}{}", spec.id));
    line.add("-uuid", spec.id.as_str());
    line.add("-pidfile", at.pid_file());
    line.add("-machine", machine_type);
    match accel {
        Accel::Kvm => line.add("-accel", "kvm").add("-cpu", "host"),
        Accel::Tcg => line.add("-accel", "tcg,thread=multi").add("-cpu", "max"),
    };
    line.add("-smp", spec.cores.to_string()).add("-m", spec.memory_mib.to_string());
    line.flag("-nodefaults").flag("-no-user-config").add("-display", "none");
    line.add("-qmp", format!("unix:{},server=on,wait=off", qmp::SOCKET));
    line.add("-chardev", "file,id=console,path=serial.log,append=on").add("-serial", "chardev:console");
    if spec.firmware == Firmware::Uefi {
        line.add("-blockdev", raw_file("uefi", &config.uefi, None).to_string());
        line.add("-machine", "pflash0=uefi");
    }
    line.add("-blockdev", raw_file("base", base, Some(record.disk_bytes)).to_string());
    line.add("-blockdev", layer(&at.disk()).to_string());
    line.add("-device", "virtio-blk-pci,drive=disk,bootindex=1");
    line.add("-blockdev", raw_file("seed", &at.seed(), None).to_string());
    line.add("-device", "virtio-blk-pci,drive=seed,serial=cidata");
    // Tells cloud-init where to look, so that it does not go through all clouds it knows.
    line.add("-smbios", "type=1,serial=ds=nocloud");
    // The guest reaches nothing outside, not even us; only what is forwarded reaches it. With port 0 the system picks a free
    // one while it opens it, so that nobody can come between.
    let forwards: String =
        spec.open_ports.iter().map(|port| format!(",hostfwd=tcp:{}:0-:{port}", config.bind)).collect();
    line.add("-netdev", format!("user,id=net,restrict=on{forwards}"));
    line.add("-device", "virtio-net-pci,netdev=net,romfile=");
    line.add("-device", "virtio-rng-pci");
    line.add("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    line.arguments
}

/// A file that is read as it is, its format never guessed; of it, the first `size` bytes.
pub fn raw_file(node: &str, file: &Path, size: Option<u64>) -> Value {
    let mut options = json!({
        "node-name": node,
        "driver": "raw",
        "read-only": true,
        "file": { "driver": "file", "filename": file.display().to_string() },
    });
    if let Some(size) = size {
        options["size"] = size.into();
    }
    options
}

/// What the machine writes, over what it was made from.
fn layer(file: &Path) -> Value {
    json!({
        "node-name": "disk",
        "driver": "qcow2",
        "discard": "unmap",
        "backing": "base",
        "file": { "driver": "file", "filename": file.display().to_string() },
    })
}

#[derive(Default)]
struct Line {
    arguments: Vec<OsString>,
}

impl Line {
    fn add(&mut self, option: &str, value: impl Into<OsString>) -> &mut Line {
        self.arguments.push(option.into());
        self.arguments.push(value.into());
        self
    }

    fn flag(&mut self, flag: &str) -> &mut Line {
        self.arguments.push(flag.into());
        self
    }
}
