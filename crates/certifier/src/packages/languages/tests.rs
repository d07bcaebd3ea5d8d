use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};

use super::*;

/// Checks what is read, as `name version licence` of each package.
#[track_caller]
fn check(found: &[Package], expected: &[&str]) {
    let shown: Vec<String> = found
        .iter()
        .map(|package| format!("{} {} {}", package.name, package.version, package.licence).trim().to_owned())
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn what_names_packages_is_told_by_its_path() {
    let sort = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        let sort = sort_of(path);
        assert!(sort.is_none() || may_name_packages(name.as_bytes()), "{path} would never be looked at");
        sort
    };
    assert_eq!(sort("/srv/app/Cargo.lock"), Some(Sort::CargoLock));
    assert_eq!(sort("/srv/app/node_modules/left-pad/package.json"), Some(Sort::NpmPackage));
    assert_eq!(sort("/srv/app/node_modules/@babel/core/package.json"), Some(Sort::NpmPackage));
    assert_eq!(sort("/srv/app/node_modules/left-pad/test/package.json"), None);
    assert_eq!(sort("/srv/app/package.json"), None);
    assert_eq!(sort("/srv/app/package-lock.json"), Some(Sort::NpmLock));
    assert_eq!(sort("/usr/lib/python3/dist-packages/six-1.16.dist-info/METADATA"), Some(Sort::Python));
    assert_eq!(sort("/usr/lib/python3/dist-packages/six.egg-info"), Some(Sort::Python));
    assert_eq!(sort("/usr/lib/python3/dist-packages/x.egg-info/PKG-INFO"), Some(Sort::Python));
    assert_eq!(sort("/srv/METADATA"), None);
    assert_eq!(sort("/usr/share/gems/specifications/rails-7.gemspec"), Some(Sort::Gem));
    assert_eq!(sort("/srv/rails.gemspec"), None);
    assert_eq!(sort("/opt/app.jar"), Some(Sort::Jar));
    assert_eq!(sort("/usr/bin/true"), None);
}

#[test]
fn lists_of_text_name_their_packages() {
    let lock = "version = 3\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\n\
                source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    check(&lists::cargo(lock, "/x"), &["serde 1.0.1"]);
    assert_eq!(lists::cargo(lock, "/x")[0].line, 9);
    let package =
        "{\n \"name\": \"left-pad\",\n \"version\": \"1.3.0\",\n \"license\": {\"type\": \"WTFPL\"}}";
    check(&lists::npm_package(package, "/x").unwrap(), &["left-pad 1.3.0 WTFPL"]);
    check(&lists::npm_package("{\"type\": \"module\", \"license\": 7}", "/x").unwrap(), &[]);
    let lock = r#"{"lockfileVersion":3,"packages":{"":{"name":"app","version":"1.0.0"},"node_modules/a":{"version":"1.1.0","license":"MIT"},
        "node_modules/a/node_modules/@b/c":{"version":"2.0.0"},"node_modules/d":{"version":"3.0.0","dev":true}}}"#;
    check(&lists::npm_lock(lock, "/x").unwrap(), &["a 1.1.0 MIT", "@b/c 2.0.0"]);
    let old = r#"{"dependencies":{"a":{"version":"1.1.0","dependencies":{"b":{"version":"2.0.0"}}}}}"#;
    check(&lists::npm_lock(old, "/x").unwrap(), &["a 1.1.0", "b 2.0.0"]);
    let metadata = "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\nLicense: MIT\n\nName: not this\n";
    check(&lists::python(metadata, "/x"), &["six 1.16.0 MIT"]);
    let gem = "Gem::Specification.new do |s|\n  s.name = \"rack\".freeze\n  s.version = \"2.2.6\"\n  s.licenses = [\"MIT\".freeze]\n\
               \n  s.add_dependency(%q<x>, [\">= 1\"])\nend\n";
    check(&lists::gem(gem, "/x"), &["rack 2.2.6 MIT"]);
}

/// A program with one section.
fn elf(name: &[u8], section: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    let names = [b"\0", name, b"\0"].concat();
    let (names_at, section_at) = (64_u64, 64 + names.len() as u64);
    bytes.extend(&names);
    bytes.extend(section);
    let table_at = bytes.len() as u64;
    for (name, at, length) in [(0_u32, names_at, names.len()), (1, section_at, section.len())] {
        let mut header = [0; 64];
        header[..4].copy_from_slice(&name.to_le_bytes());
        header[24..32].copy_from_slice(&at.to_le_bytes());
        header[32..40].copy_from_slice(&(length as u64).to_le_bytes());
        bytes.extend(header);
    }
    bytes[40..48].copy_from_slice(&table_at.to_le_bytes());
    bytes[58..60].copy_from_slice(&64_u16.to_le_bytes());
    bytes[60..62].copy_from_slice(&2_u16.to_le_bytes());
    bytes
}

#[test]
fn programs_of_go_and_rust_say_what_they_were_made_of() {
    let modules = "path\texample.org/app\nmod\texample.org/app\t(devel)\t\ndep\tgolang.org/x/net\tv0.7.0\th1:x\n\
                   dep\tgithub.com/old/one\tv1.0.0\th1:x\n=>\tgithub.com/new/one\tv1.1.0\th1:x\nbuild\tGOOS=linux\n";
    let modules = ["0123456789abcdef", modules, "0123456789abcdef"].concat();
    let mut section = [&b"\xff Go buildinf:"[..], &[8, 2], &[0; 16]].concat();
    section.push(8);
    section.extend(b"go1.19.4");
    section.extend([(modules.len() & 0x7f) as u8 | 0x80, (modules.len() >> 7) as u8]);
    section.extend(modules.as_bytes());
    let program = elf(b".go.buildinfo", &section);
    check(
        &program::read(&program, "/x").unwrap(),
        &["stdlib 1.19.4", "golang.org/x/net v0.7.0", "github.com/new/one v1.1.0"],
    );
    let audited = r#"{"packages":[{"name":"app","version":"0.1.0","source":"local","root":true},
        {"name":"regex","version":"1.5.0","source":"crates.io"},{"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"}]}"#;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(audited.as_bytes()).unwrap();
    let program = elf(b".dep-v0", &packed.finish().unwrap());
    check(&program::read(&program, "/x").unwrap(), &["regex 1.5.0"]);
    for length in 0..program.len() {
        let _ = program::read(&program[..length].to_vec() as &dyn ReadAt, "/x");
    }
    assert!(program::read(&elf(b".go.buildinfo", b"short"), "/x").is_err());
    assert!(program::read(&elf(b".dep-v0", b"no zlib"), "/x").is_err());
    check(&program::read(&b"#!/bin/sh\n".repeat(20), "/x").unwrap(), &[]);
}

/// An archive with these entries, packed.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(content).unwrap();
        let packed = packed.finish().unwrap();
        let lengths =
            [&(packed.len() as u32).to_le_bytes()[..], &(content.len() as u32).to_le_bytes()].concat();
        let name_length = (name.len() as u16).to_le_bytes();
        let common = [&[20, 0, 0, 0, 8, 0][..], &[0; 8], &lengths, &name_length, &[0; 2]].concat();
        directory.extend([&b"PK\x01\x02\x14\0"[..], &common, &[0; 10]].concat());
        directory.extend((bytes.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.extend([&b"PK\x03\x04"[..], &common, name.as_bytes(), &packed].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let (length, at) = ((directory.len() as u32).to_le_bytes(), (bytes.len() as u32).to_le_bytes());
    [&bytes[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &length, &at, &[0, 0]].concat()
}

#[test]
fn an_archive_of_java_names_what_maven_built_also_inside() {
    let properties = |name: &str| format!("#x\ngroupId=org.x\nartifactId={name}\nversion=1.2\n").into_bytes();
    let inner = archive(&[("META-INF/maven/org.x/lib/pom.properties", &properties("lib"))]);
    let entries = [
        ("META-INF/maven/org.x/app/pom.properties", &properties("app")[..]),
        ("BOOT-INF/lib/lib.jar", &inner),
        ("pom.properties", b"groupId=no"),
    ];
    let whole = archive(&entries);
    let mut left = jar::UNPACKED_BYTES_MAX;
    check(&jar::read(&whole, "/x.jar", &mut left).unwrap(), &["org.x:app 1.2", "org.x:lib 1.2"]);
    // Limits hold, whatever the directory claims.
    let mut little = 10;
    assert!(matches!(jar::read(&whole, "/x.jar", &mut little), Err(Unreadable::OverLimit { .. })));
    let deeper = archive(&[("a.jar", &archive(&[("b.jar", &inner)]))]);
    assert!(matches!(jar::read(&deeper, "/x.jar", &mut left), Err(Unreadable::Unsupported(_))));
    for length in 0..whole.len() {
        assert!(jar::read(&whole[..length].to_vec(), "/x.jar", &mut left).is_err() || length == 0);
    }
}
