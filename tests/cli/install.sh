#!/bin/bash
# SPDX-License-Identifier: MIT
#
# install.sh VM-RUN BUILD: install a build beside the system, and let
# vm-install.sh put it into a virtual machine's own.
set -euo pipefail

vm_run=$1
build=$2
here=$(cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
chmod 755 "$work" # it becomes the machine's /

meson install -C "$build" --no-rebuild --quiet --destdir "$work" >&2
"$vm_run" --device edu --timeout 200 -- "$here/vm-install.sh" "$work"
