#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ynl.py SPEC: the kernel's own client, tools/net/ynl, talks to the family by
our specification alone. Runs inside a virtual machine with the test device;
skipped where the kernel's source or Python's yaml is not there.
"""

import glob
import os
import subprocess
import sys
import time

# Nothing can be written beside the source.
sys.dont_write_bytecode = True
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
YNL = sorted(
    glob.glob(CACHE + "/axle/kernel-source-*-all/source/tools/net/ynl")
)


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


if not YNL:
    skip("scripts/fetch-kernel-source --all has not been run")
sys.path.insert(0, YNL[0])
try:
    from lib import NlError, YnlFamily
except ImportError as error:
    skip(error)


def inject(device):
    path = f"/sys/kernel/debug/accel/{device}/ras_inject"
    with open(path, "w", encoding="ascii") as file:
        file.write("link uncorrected")


def device_get_tells_who_a_device_is(family):
    device = family.do("device-get", {"index": 1})
    assert device["index"] == 1, device
    assert device["driver"] == "mock", device
    assert device["bus-address"] == "axle_mock.0", device
    assert device["class"] == "test", device
    assert device["state"] == "ready", device


def a_missing_device_is_refused_in_words(family):
    try:
        family.do("device-get", {"index": 40})
    except NlError as error:
        assert "no device has this index" in str(error), error
    else:
        raise AssertionError("it is not refused")


def a_dump_has_all_devices(family):
    devices = family.dump("telemetry-get", {})
    assert [d["index"] for d in devices] == [0, 1, 2], devices
    for device in devices:
        engines = [engine["name"] for engine in device["engine"]]
        kinds = [region["kind"] for region in device["region"]]
        assert engines == ["sleep", "rings"], device
        assert kinds == ["host", "device"], device


def a_dump_of_errors_has_units(family):
    inject("axle_mock.1")
    devices = family.dump("ras-get", {})
    units = devices[2]["unit"]
    assert [u["name"] for u in units] == ["memory", "link"], units
    assert [u["uncorrected"] for u in units] == [0, 1], units
    assert devices[1]["pages-retired"] == 0, devices


def events_are_decoded_in_order(family):
    # A socket of its own: that client mixes answers and events up.
    family = YnlFamily(family.spec_path, schema="")
    family.ntf_subscribe("devices")
    inject("axle_mock.0")
    inject("axle_mock.1")
    end = time.monotonic() + 10
    while len(family.async_msg_queue) < 2 and time.monotonic() < end:
        family.check_ntf()
        time.sleep(0.05)
    first, second = (m["msg"] for m in family.async_msg_queue)
    assert first["type"] == second["type"] == "uncorrected", first
    assert first["unit"] == "link" and first["value"] == 1, first
    assert (first["index"], second["index"]) == (1, 2), second
    assert second["sequence"] == first["sequence"] + 1, second
    assert second["time"] >= first["time"], second


CASES = [
    device_get_tells_who_a_device_is,
    a_missing_device_is_refused_in_words,
    a_dump_has_all_devices,
    a_dump_of_errors_has_units,
    events_are_decoded_in_order,
]


def main(spec):
    failed = 0
    subprocess.run(["modprobe", "axle_mock", "more=2"], check=True)
    # The schema is what spec.py is about; loading it takes long here.
    family = YnlFamily(spec, schema="")
    family.spec_path = spec
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        verdict = "ok"
        try:
            case(family)
        except Exception as error:  # whatever the client cannot do
            print(f"# {type(error).__name__}: {error}".replace("\n", "\n# "))
            verdict = "not ok"
            failed = 1
        print(f"{verdict} {number} - {case.__name__.replace('_', ' ')}")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
