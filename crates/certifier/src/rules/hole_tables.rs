//! The versions in which each distribution mended the holes of L13 and L32. Rows are data: a release that is not here is not decided,
//! unless a feed of advisories knows it.
//!
//! Checked on 2026-11-22:
//! - [`KERNELS`] beside the table of Azure's certification troubleshooting page (azure-docs,
//!   `articles/marketplace/azure-vm-certification-faq.yml`, "SACK vulnerability patch verification"): all its rows are here, save
//!   CoreOS, which has ended, and kernels that came after the mending. Ubuntu 4.15.0-52 was found in a list of fixes of CVE-2019-11477;
//!   the other generic kernels of Ubuntu and the default kernels of SLES 15 are from their announcements and were not found again.
//! - [`HOLES`] by looking versions up in public lists of fixes: PwnKit (Ubuntu, Debian 9 to 11, RHEL 6 to 8), Baron Samedit (RHEL 6 to 8),
//!   regreSSHion (RHEL 9, Ubuntu 22.04 and 24.04, Debian 12), GHOST, Shellshock and Dirty COW (RHEL 7). The rest are from the
//!   distributions' announcements and were not found again; of polkit, RHEL 9 was not found.

/// A hole with a name of its own.
pub struct Hole {
    pub name: &'static str,
    pub cve: &'static str,
    /// What packages are built from that have it.
    pub sources: &'static [&'static str],
    /// Upstream's first version with it, and its first without.
    pub introduced: &'static str,
    pub mended_upstream: &'static str,
    /// Distribution, release, and the version of the source package. The first row that fits counts.
    pub mended: &'static [(&'static str, &'static str, &'static str)],
}

pub const HOLES: &[Hole] = &[
    Hole {
        name: "Heartbleed",
        cve: "CVE-2014-0160",
        sources: &["openssl"],
        introduced: "1.0.1",
        mended_upstream: "1.0.1g",
        mended: &[
            ("debian", "7", "1.0.1e-2+deb7u5"),
            ("ubuntu", "12.04", "1.0.1-4ubuntu5.12"),
            ("ubuntu", "12.10", "1.0.1c-3ubuntu2.7"),
            ("ubuntu", "13.10", "1.0.1e-3ubuntu1.2"),
            ("el", "6", "1.0.1e-16.el6_5.7"),
            ("el", "7", "1.0.1e-34.el7"),
        ],
    },
    Hole {
        name: "Shellshock",
        cve: "CVE-2014-6271",
        sources: &["bash"],
        introduced: "1.14",
        // Upstream mends by patches under the same version; 4.4 is the first release that came with all of them.
        mended_upstream: "4.4",
        mended: &[
            ("debian", "7", "4.2+dfsg-0.1+deb7u3"),
            ("debian", "8", "4.3-9.2"),
            ("ubuntu", "10.04", "4.1-2ubuntu3.2"),
            ("ubuntu", "12.04", "4.2-2ubuntu2.3"),
            ("ubuntu", "*", "4.3-7ubuntu1.3"),
            ("el", "5", "3.2-33.el5_11.4"),
            ("el", "6", "4.1.2-15.el6_5.2"),
            ("el", "7", "4.2.45-5.el7_0.4"),
            ("sles", "12", "4.2-75.2"),
            ("alpine", "*", "4.3.27-r0"),
        ],
    },
    Hole {
        name: "GHOST",
        cve: "CVE-2015-0235",
        sources: &["glibc", "eglibc"],
        introduced: "2.2",
        mended_upstream: "2.18",
        mended: &[
            ("debian", "6", "2.11.3-4+deb6u4"),
            ("debian", "7", "2.13-38+deb7u7"),
            ("ubuntu", "10.04", "2.11.1-0ubuntu7.20"),
            ("ubuntu", "12.04", "2.15-0ubuntu10.10"),
            ("el", "5", "2.5-123.el5_11.1"),
            ("el", "6", "2.12-1.149.el6_6.5"),
            ("el", "7", "2.17-55.el7_0.5"),
            ("sles", "11.3", "2.11.3-17.74.13"),
        ],
    },
    Hole {
        name: "Dirty COW",
        cve: "CVE-2016-5195",
        sources: &["linux"],
        introduced: "2.6.22",
        mended_upstream: "4.8.3",
        mended: &[
            ("debian", "7", "3.2.82-1"),
            ("debian", "8", "3.16.36-1+deb8u2"),
            ("ubuntu", "12.04", "3.2.0-113.155"),
            ("ubuntu", "14.04", "3.13.0-100.147"),
            ("ubuntu", "16.04", "4.4.0-45.66"),
            ("ubuntu", "16.10", "4.8.0-26.28"),
            ("el", "5", "2.6.18-416.el5"),
            ("el", "6", "2.6.32-642.6.2.el6"),
            ("el", "7", "3.10.0-327.36.3.el7"),
            ("sles", "11.4", "3.0.101-84.1"),
            ("sles", "12.1", "3.12.62-60.64.8.2"),
            ("sles", "12.2", "4.4.21-90.1"),
            ("sles", "12.3", "4.4.73-5.1"),
        ],
    },
    Hole {
        name: "Baron Samedit",
        cve: "CVE-2021-3156",
        sources: &["sudo"],
        introduced: "1.8.2",
        mended_upstream: "1.9.5p2",
        mended: &[
            ("debian", "9", "1.8.19p1-2.1+deb9u3"),
            ("debian", "10", "1.8.27-1+deb10u3"),
            ("debian", "11", "1.9.5p1-1.1"),
            ("ubuntu", "14.04", "1.8.9p5-1ubuntu1.5+esm6"),
            ("ubuntu", "16.04", "1.8.16-0ubuntu1.10"),
            ("ubuntu", "18.04", "1.8.21p2-3ubuntu1.4"),
            ("ubuntu", "20.04", "1.8.31-1ubuntu1.2"),
            ("ubuntu", "20.10", "1.9.1-1ubuntu1.1"),
            ("el", "6", "1.8.6p3-29.el6_10.4"),
            ("el", "7", "1.8.23-10.el7_9.1"),
            ("el", "8", "1.8.29-6.el8_3.1"),
            ("sles", "15.2", "1.8.22-4.15.1"),
            ("sles", "15.3", "1.8.22-4.15.1"),
            ("alpine", "*", "1.9.5p2-r0"),
        ],
    },
    Hole {
        name: "PwnKit",
        cve: "CVE-2021-4034",
        sources: &["policykit-1", "polkit"],
        introduced: "0.83",
        mended_upstream: "121",
        mended: &[
            ("debian", "9", "0.105-18+deb9u2"),
            ("debian", "10", "0.105-25+deb10u1"),
            ("debian", "11", "0.105-31+deb11u1"),
            ("ubuntu", "14.04", "0.105-4ubuntu3.14.04.6+esm1"),
            ("ubuntu", "16.04", "0.105-14.1ubuntu0.5+esm1"),
            ("ubuntu", "18.04", "0.105-20ubuntu0.18.04.6"),
            ("ubuntu", "20.04", "0.105-26ubuntu1.2"),
            ("ubuntu", "21.10", "0.105-31ubuntu0.1"),
            ("ubuntu", "22.04", "0.105-31.1"),
            ("el", "6", "0.96-11.el6_10.2"),
            ("el", "7", "0.112-26.el7_9.1"),
            ("el", "8", "0.115-13.el8_5.1"),
            ("el", "9", "0.117-8.el9"),
            ("sles", "15", "0.116-3.6.1"),
            ("alpine", "*", "0.120-r2"),
        ],
    },
    Hole {
        name: "xz backdoor",
        cve: "CVE-2024-3094",
        sources: &["xz-utils", "xz"],
        introduced: "5.6.0",
        mended_upstream: "5.6.2",
        // Here upstream itself was the malice, so these two versions are refused wherever they are.
        mended: &[("alpine", "*", "5.6.1-r2"), ("*", "*", "5.6.2")],
    },
    Hole {
        name: "regreSSHion",
        cve: "CVE-2024-6387",
        sources: &["openssh"],
        introduced: "8.5p1",
        mended_upstream: "9.8p1",
        mended: &[
            ("debian", "12", "1:9.2p1-2+deb12u3"),
            ("ubuntu", "22.04", "1:8.9p1-3ubuntu0.10"),
            ("ubuntu", "23.10", "1:9.3p1-1ubuntu3.6"),
            ("ubuntu", "24.04", "1:9.6p1-3ubuntu13.3"),
            ("almalinux", "9", "8.7p1-38.el9.alma.2"),
            ("el", "9", "8.7p1-38.el9_4.1"),
            ("fedora", "40", "9.6p1-1.fc40.4"),
            ("alpine", "3.17", "9.1_p1-r6"),
            ("alpine", "3.18", "9.3_p2-r2"),
            ("alpine", "3.19", "9.6_p1-r1"),
            ("alpine", "3.20", "9.7_p1-r4"),
        ],
    },
];

pub const SACK_CVE: [&str; 3] = ["CVE-2019-11477", "CVE-2019-11478", "CVE-2019-11479"];

/// Upstream's first kernel without the holes in its selective acknowledgements.
pub const SACK_UPSTREAM: &str = "5.1.11";

/// A line of kernels, and where each of its branches was mended, the oldest first.
pub struct Branch {
    pub distribution: &'static str,
    pub release: &'static str,
    /// What the package's name contains, where a release has kernels of several kinds.
    pub flavour: Option<&'static str>,
    /// How upstream's version begins.
    pub series: &'static str,
    pub mended: &'static [&'static str],
}

const fn branch(
    distribution: &'static str,
    release: &'static str,
    series: &'static str,
    mended: &'static [&'static str],
) -> Branch {
    Branch { distribution, release, flavour: None, series, mended }
}

const fn flavoured(
    distribution: &'static str,
    release: &'static str,
    flavour: &'static str,
    series: &'static str,
    mended: &'static [&'static str],
) -> Branch {
    Branch { distribution, release, flavour: Some(flavour), series, mended }
}

pub const KERNELS: &[Branch] = &[
    branch("debian", "8", "3.16.", &["3.16.68-2"]),
    branch("debian", "8", "4.9.", &["4.9.168-1+deb9u3"]),
    branch("debian", "9", "4.9.", &["4.9.168-1+deb9u3"]),
    branch("debian", "9", "4.19.", &["4.19.37-5"]),
    branch("debian", "10", "4.19.", &["4.19.37-5"]),
    flavoured("ubuntu", "14.04", "azure", "4.15.0", &["4.15.0-1049"]),
    flavoured("ubuntu", "16.04", "azure", "4.15.0", &["4.15.0-1049"]),
    flavoured("ubuntu", "18.04", "azure", "4.18.0", &["4.18.0-1023"]),
    flavoured("ubuntu", "18.04", "azure", "5.0.0", &["5.0.0-1025"]),
    flavoured("ubuntu", "18.10", "azure", "4.18.0", &["4.18.0-1023"]),
    flavoured("ubuntu", "19.04", "azure", "5.0.0", &["5.0.0-1010"]),
    flavoured("ubuntu", "14.04", "generic", "3.13.0", &["3.13.0-171"]),
    flavoured("ubuntu", "14.04", "generic", "4.4.0", &["4.4.0-151"]),
    flavoured("ubuntu", "16.04", "generic", "4.4.0", &["4.4.0-151"]),
    flavoured("ubuntu", "16.04", "generic", "4.15.0", &["4.15.0-52"]),
    flavoured("ubuntu", "18.04", "generic", "4.15.0", &["4.15.0-52"]),
    flavoured("ubuntu", "18.04", "generic", "4.18.0", &["4.18.0-22"]),
    flavoured("ubuntu", "18.10", "generic", "4.18.0", &["4.18.0-22"]),
    flavoured("ubuntu", "19.04", "generic", "5.0.0", &["5.0.0-17"]),
    flavoured("ol", "6", "uek", "2.6.39", &["2.6.39-400.312.2"]),
    flavoured("ol", "6", "uek", "3.8.13", &["3.8.13-118.35.2"]),
    flavoured("ol", "7", "uek", "3.8.13", &["3.8.13-118.35.2"]),
    flavoured("ol", "7", "uek", "4.1.12", &["4.1.12-124.28.3"]),
    flavoured("ol", "7", "uek", "4.14.35", &["4.14.35-1902.2.0"]),
    branch("el", "6", "2.6.32", &["2.6.32-754.15.3"]),
    branch(
        "el",
        "7",
        "3.10.0",
        &[
            "3.10.0-327.79.2",
            "3.10.0-514.66.2",
            "3.10.0-693.50.3",
            "3.10.0-862.34.2",
            "3.10.0-957.21.3",
            "3.10.0-1062.1.1",
        ],
    ),
    branch("el", "8", "4.18.0", &["4.18.0-80.4.2", "4.18.0-147"]),
    branch("sles", "11.4", "3.0.101", &["3.0.101-108.95.2"]),
    branch("sles", "12.1", "3.12.74", &["3.12.74-60.64.115.1"]),
    branch("sles", "12.2", "4.4.", &["4.4.121-92.114.1"]),
    flavoured("sles", "12.3", "azure", "4.4.", &["4.4.180-4.31.1"]),
    branch("sles", "12.3", "4.4.", &["4.4.180-94.97.1"]),
    flavoured("sles", "12.4", "azure", "4.12.14", &["4.12.14-6.15.2"]),
    branch("sles", "12.4", "4.12.14", &["4.12.14-95.19.1"]),
    flavoured("sles", "15", "azure", "4.12.14", &["4.12.14-5.30.1"]),
    branch("sles", "15.1", "4.12.14", &["4.12.14-197.4.1"]),
    branch("sles", "15", "4.12.14", &["4.12.14-150.22.1"]),
];
