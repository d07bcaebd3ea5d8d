//! SPDX 2.3.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Subject;
use crate::packages::purl::purl;
use crate::packages::{Inventory, Package};
use crate::printable::printable;

const NOT_SAID: &str = "NOASSERTION";
const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const IMAGE: &str = "SPDXRef-Image";

/// What stands in the place of a time that nobody gave, since the format insists on one.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: String,
    document_namespace: String,
    creation_info: CreationInfo,
    document_describes: Vec<&'static str>,
    packages: Vec<Described>,
    relationships: Vec<Relationship>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    has_extracted_licensing_infos: Vec<Licence>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    #[serde(rename = "SPDXID")]
    id: String,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version_info: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    supplier: String,
    download_location: &'static str,
    files_analyzed: bool,
    license_concluded: &'static str,
    license_declared: String,
    copyright_text: &'static str,
    primary_package_purpose: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    source_info: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<Reference>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: &'static str,
    relationship_type: &'static str,
    related_spdx_element: String,
}

/// A licence in the words of its packager, which need not be those of the format.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Licence {
    license_id: String,
    extracted_text: String,
    name: String,
}

pub fn document(inventory: &Inventory, subject: &Subject<'_>) -> Document {
    let texts = inventory.packages.iter().map(|package| package.licence.as_str());
    let mut licences: BTreeMap<&str, String> =
        texts.filter(|text| !text.is_empty()).map(|text| (text, String::new())).collect();
    for (number, id) in (1..).zip(licences.values_mut()) {
        *id = format!("LicenseRef-{number}");
    }
    let image = Described {
        id: IMAGE.to_owned(),
        name: printable(subject.file_name),
        version_info: subject.content_id.to_owned(),
        primary_package_purpose: "OPERATING-SYSTEM",
        ..nothing()
    };
    let places = inventory.packages.iter().enumerate();
    let packages = places.map(|(place, package)| of_package(place, package, inventory, &licences));
    let packages: Vec<Described> = [image].into_iter().chain(packages).collect();
    let relationship = |from, kind, to: &str| Relationship {
        spdx_element_id: from,
        relationship_type: kind,
        related_spdx_element: to.to_owned(),
    };
    let contained = packages[1..].iter().map(|package| relationship(IMAGE, "CONTAINS", &package.id));
    let relationships = [relationship(DOCUMENT, "DESCRIBES", IMAGE)].into_iter().chain(contained).collect();
    let licence = |(text, id): (&str, &String)| Licence {
        license_id: id.clone(),
        extracted_text: printable(text),
        name: printable(text),
    };
    let (tool, version) = subject.tool;
    let gaps = inventory.gaps.len();
    let comment =
        if gaps > 0 { format!("{gaps} lists of packages could not be read") } else { String::new() };
    Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        name: printable(subject.file_name),
        document_namespace: format!("urn:uuid:{}", subject.uuid()),
        creation_info: CreationInfo {
            created: subject.made_at.unwrap_or(NO_TIME).to_owned(),
            creators: vec![format!("Tool: {tool}-{version}")],
            comment,
        },
        document_describes: vec![IMAGE],
        packages,
        relationships,
        has_extracted_licensing_infos: licences.iter().map(|(text, id)| licence((text, id))).collect(),
    }
}

fn nothing() -> Described {
    Described {
        id: String::new(),
        name: String::new(),
        version_info: String::new(),
        supplier: String::new(),
        download_location: NOT_SAID,
        files_analyzed: false,
        license_concluded: NOT_SAID,
        license_declared: NOT_SAID.to_owned(),
        copyright_text: NOT_SAID,
        primary_package_purpose: "LIBRARY",
        source_info: String::new(),
        external_refs: Vec::new(),
    }
}

fn of_package(
    place: usize,
    package: &Package,
    inventory: &Inventory,
    licences: &BTreeMap<&str, String>,
) -> Described {
    let licence = licences.get(package.licence.as_str());
    Described {
        id: format!("SPDXRef-Package-{}", place + 1),
        name: printable(&package.name),
        version_info: printable(&package.version),
        supplier: match package.vendor.as_str() {
            "" => String::new(),
            vendor => format!("Organization: {}", printable(vendor)),
        },
        license_declared: licence.map_or(NOT_SAID, String::as_str).to_owned(),
        source_info: format!("named in {}", printable(&package.path)),
        external_refs: vec![Reference {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: purl(package, &inventory.distribution),
        }],
        ..nothing()
    }
}
