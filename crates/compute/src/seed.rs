//! A machine's identity, in the form that cloud-init and its like read: a NoCloud seed.

use crate::spec::{InstanceSpec, plain_key};
use crate::{Error, iso9660};
use std::fmt::Write as _;

/// The label by which guests find the seed.
const LABEL: &str = "cidata";

/// The seed as a disk image. The specification has been checked, so its values need no quoting.
pub fn image(spec: &InstanceSpec) -> Result<Vec<u8>, Error> {
    let mut meta = String::new();
    let mut user = String::from("#cloud-config\n");
    let written = (|| {
        writeln!(meta, "instance-id: {}", spec.id)?;
        writeln!(meta, "local-hostname: {}", spec.host_name)?;
        writeln!(meta, "halle-token: {}", spec.token)?;
        writeln!(user, "ssh_pwauth: false\nusers:\n  - name: {}\n    lock_passwd: true", spec.user)?;
        writeln!(user, "    sudo: ALL=(ALL) NOPASSWD:ALL\n    ssh_authorized_keys:")
    })();
    written.expect("writing to a string does not fail");
    for key in &spec.ssh_keys {
        user += &format!("      - {}\n", plain_key(key)?);
    }
    Ok(iso9660::volume(LABEL, &[("meta-data", meta.as_bytes()), ("user-data", user.as_bytes())]))
}
