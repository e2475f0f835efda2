#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""spec.py TOP: the specification of the netlink family, uapi/netlink/axle.yaml,
against the kernel's own schema and against the numbers of our headers.

The schema is that of the kernel source in the cache, of every version that is
there; without one, or without Python's yaml and jsonschema, it is skipped.
"""

import glob
import os
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    sys.exit(0)


def schemas():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return sorted(
        glob.glob(
            cache + "/axle/kernel-source-*-all/source/"
            "Documentation/netlink/genetlink.yaml"
        )
    )


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def constants(path):
    """All of NAME = NUMBER, NAME NUMBER and NAME "TEXT" of a header."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found = {}
    for name, value in re.findall(r"^\t(\w+) = (\d+),", text, re.M):
        found[name] = int(value)
    for name, bit in re.findall(r"^#define (\w+) \(1u << (\d+)\)", text, re.M):
        found[name] = 1 << int(bit)
    for name, value in re.findall(r'^#define (\w+) "?([\w]+)"?$', text, re.M):
        found[name] = value
    return found


def enumerate_names(prefix, entries, first=0):
    """Names as C has them, with their numbers."""
    value = first - 1
    names = {}
    for entry in entries:
        value = entry.get("value", value + 1)
        names[(prefix + entry["name"]).upper().replace("-", "_")] = value
    return names


def definition(spec, name):
    return next(d for d in spec["definitions"] if d["name"] == name)


def ours(header):
    """The constants that the specification has, too."""
    return {
        name: value
        for name, value in header.items()
        if name.startswith(("AXLE_A_", "AXLE_CMD_", "AXLE_EVENT_"))
    }


def numbers(spec):
    names = enumerate_names(
        spec["operations"]["name-prefix"], spec["operations"]["list"], 1
    )
    for space in spec["attribute-sets"]:
        names |= enumerate_names(space["name-prefix"], space["attributes"], 1)
    names |= enumerate_names(
        "axle-event-", definition(spec, "event-type")["entries"]
    )
    return names


def shared(spec):
    """The constants of axle_drm.h that the specification repeats."""
    names = {}
    for name in ("class", "state"):
        names |= enumerate_names(
            f"drm-axle-{name}-", definition(spec, name)["entries"]
        )
    names |= enumerate_names(
        "drm-axle-memory-", definition(spec, "memory-kind")["entries"]
    )
    for bit, entry in enumerate(definition(spec, "telemetry-flags")["entries"]):
        names["DRM_AXLE_TELEMETRY_" + entry["name"].upper()] = 1 << bit
    return names


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def case(self, sentence, complaints):
        self.count += 1
        for complaint in complaints:
            print(f"# {complaint}")
        self.failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.count} - {sentence}")

    def skip(self, sentence, why):
        self.count += 1
        print(f"ok {self.count} - {sentence} # SKIP {why}")


def differences(left, right):
    return [
        f"{name}: {left.get(name)} here, {right.get(name)} there"
        for name in sorted(left.keys() | right.keys())
        if left.get(name) != right.get(name)
    ]


def violations(spec, schema):
    validator = jsonschema.Draft7Validator(schema)
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator.iter_errors(spec)
    ]


def dangling(spec):
    """Names that are used and not there."""
    sets = {s["name"]: {a["name"] for a in s["attributes"]} for s in
            spec["attribute-sets"]}
    known = {d["name"] for d in spec["definitions"]}
    wrong = []
    for space in spec["attribute-sets"]:
        for attr in space["attributes"]:
            if attr.get("nested-attributes", space["name"]) not in sets:
                wrong.append(f"no set {attr['nested-attributes']}")
            if "enum" in attr and attr["enum"] not in known:
                wrong.append(f"no enum {attr['enum']}")
    for op in spec["operations"]["list"]:
        parts = [op.get("event", {})]
        for kind in ("do", "dump"):
            parts += op.get(kind, {}).values()
        for part in parts:
            for name in part.get("attributes", []):
                if name not in sets[op["attribute-set"]]:
                    wrong.append(f"{op['name']}: no attribute {name}")
    return wrong


def main(top):
    tap = Tap()
    spec = load(top + "/uapi/netlink/axle.yaml")
    header = constants(top + "/uapi/linux/axle_netlink.h")
    drm = constants(top + "/uapi/drm/axle_drm.h")

    if not schemas():
        tap.skip("the kernel's schema takes the specification",
                 "scripts/fetch-kernel-source --all has not been run")
    for path in schemas():
        version = path.split("kernel-source-")[1].split("-")[0]
        tap.case(f"the schema of Linux {version} takes the specification",
                 violations(spec, load(path)))
        broken = load(top + "/uapi/netlink/axle.yaml")
        broken["operations"]["list"][0]["attribute-sets"] = "dev"
        tap.case(f"the schema of Linux {version} sees a mistake",
                 [] if violations(broken, load(path)) else ["it does not"])
    tap.case("names that are used in the specification are there",
             dangling(spec))
    tap.case("numbers are those of axle_netlink.h, no more and no fewer",
             differences(numbers(spec), ours(header)))
    tap.case("what the specification repeats of axle_drm.h is so there",
             [f"{name} is {drm.get(name)} there, {value} here"
              for name, value in shared(spec).items()
              if drm.get(name) != value])
    groups = [group["name"] for group in spec["mcast-groups"]["list"]]
    tap.case("the family and its groups have the header's names",
             differences(
                 {"family": spec["name"], "groups": groups},
                 {"family": header["AXLE_GENL_NAME"],
                  "groups": [header["AXLE_GENL_GROUP_DEVICES"],
                             header["AXLE_GENL_GROUP_JOBS"]]}))
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
