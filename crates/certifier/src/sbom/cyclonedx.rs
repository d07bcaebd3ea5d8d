//! CycloneDX 1.6.

use std::collections::HashMap;

use serde::Serialize;

use super::Subject;
use crate::packages::purl::purl;
use crate::packages::{Inventory, Kind, Package};
use crate::printable::printable;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bill {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
    compositions: Vec<Composition>,
}

#[derive(Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    tools: Tools,
    component: Component,
}

#[derive(Serialize)]
struct Tools {
    components: Vec<Component>,
}

#[derive(Serialize, Default)]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "String::is_empty")]
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Named>,
    #[serde(skip_serializing_if = "String::is_empty")]
    group: String,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<LicenceChoice>,
    #[serde(skip_serializing_if = "String::is_empty")]
    purl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Named {
    name: String,
}

#[derive(Serialize)]
struct LicenceChoice {
    license: Named,
}

#[derive(Serialize)]
struct Evidence {
    occurrences: Vec<Occurrence>,
}

#[derive(Serialize)]
struct Occurrence {
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

#[derive(Serialize)]
struct Property {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    depends_on: Vec<String>,
}

/// Whether the list is whole: `incomplete` where something could not be read.
#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
    assemblies: Vec<String>,
}

pub fn bill(inventory: &Inventory, subject: &Subject<'_>) -> Bill {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut components = Vec::new();
    let system = &inventory.distribution;
    if !system.id.is_empty() {
        components.push(Component {
            kind: "operating-system",
            reference: format!("os:{}@{}", printable(&system.id), printable(&system.version_id)),
            name: printable(&system.id),
            version: printable(&system.version_id),
            ..Component::default()
        });
    }
    for package in &inventory.packages {
        let mut component = of_package(package, purl(package, system));
        // Names that differ in capitals alone have one URL; references must differ.
        let times = seen.entry(component.reference.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times > 1 {
            component.reference = format!("{}#{times}", component.reference);
        }
        components.push(component);
    }
    let image = Component {
        kind: "file",
        reference: subject.content_id.to_owned(),
        name: printable(subject.file_name),
        version: subject.content_id.to_owned(),
        ..Component::default()
    };
    let (tool, version) = subject.tool;
    let tool = Component {
        kind: "application",
        name: tool.to_owned(),
        version: version.to_owned(),
        ..Component::default()
    };
    let depends_on = components.iter().map(|component| component.reference.clone()).collect();
    Bill {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: format!("urn:uuid:{}", subject.uuid()),
        version: 1,
        dependencies: vec![Dependency { reference: image.reference.clone(), depends_on }],
        compositions: vec![Composition {
            aggregate: if inventory.gaps.is_empty() { "unknown" } else { "incomplete" },
            assemblies: vec![image.reference.clone()],
        }],
        metadata: Metadata {
            timestamp: subject.made_at.map(str::to_owned),
            tools: Tools { components: vec![tool] },
            component: image,
        },
        components,
    }
}

fn of_package(package: &Package, purl: String) -> Component {
    let (group, name) = match package.kind {
        Kind::Maven => package.name.split_once(':').unwrap_or(("", &package.name)),
        Kind::Npm => package.name.rsplit_once('/').unwrap_or(("", &package.name)),
        _ => ("", package.name.as_str()),
    };
    let named = |text: &str| (!text.is_empty()).then(|| Named { name: printable(text) });
    let source = package.source();
    let source = (package.kind.is_of_system() && source != package.name).then(|| Property {
        name: "halle:source",
        value: printable(&format!("{source} {}", package.source_version())),
    });
    Component {
        kind: "library",
        reference: purl.clone(),
        supplier: named(&package.vendor),
        group: printable(group),
        name: printable(name),
        version: printable(&package.version),
        licenses: named(&package.licence).map(|license| LicenceChoice { license }).into_iter().collect(),
        purl,
        evidence: Some(Evidence {
            occurrences: vec![Occurrence {
                location: printable(&package.path),
                line: (package.line > 0).then_some(package.line),
            }],
        }),
        properties: source.into_iter().collect(),
    }
}
