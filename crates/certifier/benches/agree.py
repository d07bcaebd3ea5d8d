"""Compares the packages that virt-inspector lists with those of a CycloneDX list: agree.py INSPECTED.xml LISTED.json

Prints how many agree by name and version, and the first that do not. Exit code 1 if any differ."""

import json
import sys
import xml.etree.ElementTree as tree


def version(package):
    epoch, release = package.findtext("epoch"), package.findtext("release")
    return (f"{epoch}:" if epoch else "") + package.findtext("version") + (f"-{release}" if release else "")


inspected = tree.parse(sys.argv[1]).iter("application")
theirs = {(package.findtext("name"), version(package)) for package in inspected}
with open(sys.argv[2]) as listed:
    components = json.load(listed)["components"]
ours = {(of["name"], of["version"]) for of in components if of.get("purl", "").startswith("pkg:deb/")}
print(f"{len(ours & theirs)} agree, {len(ours - theirs)} only in ours, {len(theirs - ours)} only in theirs")
for name, of_version in sorted(ours ^ theirs)[:10]:
    print(f"  {name} {of_version}, only in {'ours' if (name, of_version) in ours else 'theirs'}")
sys.exit(ours != theirs)
