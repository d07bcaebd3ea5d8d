use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::Value;

use super::*;
use crate::packages::distribution::Distribution;
use crate::packages::{Gap, Kind, Package};
use crate::phrase::say;

fn subject() -> Subject<'static> {
    Subject {
        file_name: "disk.vhd",
        content_id: "halle1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        tool: ("halle", "0.1.0"),
        made_at: None,
    }
}

fn inventory() -> Inventory {
    let mut openssl = Package::new(Kind::Deb, "libssl3", "3.0.11-1~deb12u2", "/var/lib/dpkg/status");
    openssl.source = "openssl".into();
    openssl.arch = "amd64".into();
    openssl.line = 7;
    let mut serde = Package::new(Kind::Npm, "@Babel/core", "7.1.0", "/srv/\u{202e}x/package.json");
    serde.licence = "MIT".into();
    let twin = Package { name: "@babel/core".into(), ..serde.clone() };
    Inventory {
        distribution: Distribution {
            id: "debian".into(),
            version_id: "12".into(),
            ..Distribution::default()
        },
        packages: vec![openssl, serde, twin],
        of_system: Vec::new(),
        gaps: vec![Gap { path: "/x.jar".into(), why: say("quote") }],
    }
}

#[test]
fn a_cyclonedx_list_reads_the_same_every_time() {
    let text = cyclonedx(&inventory(), &subject());
    assert_eq!(text, cyclonedx(&inventory(), &subject()));
    let head: Vec<&str> = text.lines().take(30).collect();
    expect![[r#"
        {
          "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
          "bomFormat": "CycloneDX",
          "specVersion": "1.6",
          "serialNumber": "urn:uuid:01234567-89ab-8def-a123-456789abcdef",
          "version": 1,
          "metadata": {
            "tools": {
              "components": [
                {
                  "type": "application",
                  "name": "halle",
                  "version": "0.1.0"
                }
              ]
            },
            "component": {
              "type": "file",
              "bom-ref": "halle1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
              "name": "disk.vhd",
              "version": "halle1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            }
          },
          "components": [
            {
              "type": "operating-system",
              "bom-ref": "os:debian@12",
              "name": "debian",
              "version": "12"
            },"#]]
    .assert_eq(&head.join("\n"));
    let list: Value = serde_json::from_str(&text).expect("it is JSON");
    let references: Vec<&str> = list["components"]
        .as_array()
        .expect("components are a list")
        .iter()
        .map(|component| component["bom-ref"].as_str().expect("each has a reference"))
        .collect();
    assert_eq!(references.iter().collect::<BTreeSet<_>>().len(), references.len(), "references differ");
    assert_eq!(list["dependencies"][0]["dependsOn"].as_array().map(Vec::len), Some(references.len()));
    assert_eq!(list["compositions"][0]["aggregate"], "incomplete");
    assert!(text.contains("/srv/\\\\u{202e}x"), "what deceives the eye is written out");
}

#[test]
fn an_spdx_list_refers_only_to_what_it_holds() {
    let text = spdx(&inventory(), &subject());
    let list: Value = serde_json::from_str(&text).expect("it is JSON");
    for field in ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"] {
        assert!(!list[field].is_null(), "{field} is required");
    }
    assert_eq!(list["creationInfo"]["created"], "1970-01-01T00:00:00Z");
    let packages = list["packages"].as_array().expect("packages are a list");
    let ids: BTreeSet<&str> =
        packages.iter().map(|package| package["SPDXID"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), 4);
    for id in &ids {
        let rest = id.strip_prefix("SPDXRef-").expect("ids begin alike");
        assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)), "{id}");
    }
    for relationship in list["relationships"].as_array().expect("relationships are a list") {
        assert!(ids.contains(relationship["relatedSpdxElement"].as_str().expect("an id")));
    }
    let licences: BTreeSet<&str> = list["hasExtractedLicensingInfos"]
        .as_array()
        .expect("licences are a list")
        .iter()
        .map(|licence| licence["licenseId"].as_str().expect("an id"))
        .collect();
    for package in packages {
        let declared = package["licenseDeclared"].as_str().expect("it is said or not");
        assert!(declared == "NOASSERTION" || licences.contains(declared), "{declared}");
    }
    assert_eq!(packages[2]["externalRefs"][0]["referenceLocator"], "pkg:npm/%40babel/core@7.1.0");
}

#[test]
fn the_number_of_a_list_is_a_uuid_of_the_content() {
    let uuid = subject().uuid();
    assert_eq!(uuid, "01234567-89ab-8def-a123-456789abcdef");
    let odd = Subject { content_id: "x", ..subject() };
    assert_eq!(odd.uuid(), "00000000-0000-8000-a000-000000000000");
}
