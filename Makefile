# SPDX-License-Identifier: MIT
#
# The front door. Userspace is built by meson, the kernel modules by Kbuild;
# this file sees that what they need is there and puts them together.
#
#	make		the programs: build/axle, build/axle-model, ...
#	make demo	see it work: text read out of a picture
#	make demo-vm	the kernel side of it, in a virtual machine
#	make check	all tests, those in virtual machines included
#	make check-debug  those in virtual machines on a kernel that watches
#			itself, and random calls for FUZZ_SECONDS; hours
#	make kernel-next  fetch Linux 7.2 (360 MB) and build the modules for it,
#			which make check then tests too
#	make bench	measure; ratios against yardsticks in the same run
#	make oracle	compare results with ONNX Runtime, which is fetched
#	make lint	formatting, static checks, documentation
#	make fuzz	every fuzz target for FUZZ_SECONDS each
#	make install	the release build; PREFIX, DESTDIR
#	make clean	remove build/ (the cache stays)
#
# build/ is the release build; build/dev has the sanitizers and is what
# "make check" tests; build/fuzz holds the fuzz targets; build/kernel the
# modules, build/kernel-7.2 those for Linux 7.2.

PREFIX ?= /usr/local
# Where Debian's loader looks; meson guesses otherwise without dpkg-dev.
LIBDIR ?= lib/$(shell cc -print-multiarch 2>/dev/null)
SHELL = /bin/bash
MAKEFLAGS += --no-print-directory

all: build/.programs

.DELETE_ON_ERROR:

build/.packages: scripts/packages
	@scripts/packages build
	@mkdir -p build
	@touch $@

build/.packages-vm: build/.packages
	@scripts/packages vm
	@touch $@

build/.packages-debug: build/.packages-vm build/.packages-check
	@scripts/packages debug
	@touch $@

build/.packages-check: build/.packages
	@scripts/packages check lint
	@touch $@

build/.packages-npm: build/.packages
	@scripts/packages npm
	@touch $@

# Meson itself sees when its files have changed.
build/build.ninja: | build/.packages
	@meson setup build --buildtype=release --prefix=$(PREFIX) \
		--libdir=$(LIBDIR) -Dtests=false >build/setup.log \
		|| { cat build/setup.log; exit 1; }

build/dev/build.ninja: | build/.packages
	@mkdir -p build/dev
	@ln -sfn ../kernel build/dev/kernel
	@ln -sfn ../kernel-debug build/dev/kernel-debug
	@ln -sfn ../kernel-7.2 build/dev/kernel-7.2
	@meson setup build/dev --buildtype=debugoptimized --werror \
		--libdir=$(LIBDIR) \
		-Db_sanitize=address,undefined -Db_lundef=false \
		>build/dev/setup.log || { cat build/dev/setup.log; exit 1; }

build/fuzz/build.ninja: | build/.packages-check
	@mkdir -p build/fuzz
	@CC=clang meson setup build/fuzz --buildtype=debugoptimized --werror \
		-Db_sanitize=address,undefined -Db_lundef=false -Dfuzz=true \
		>build/fuzz/setup.log || { cat build/fuzz/setup.log; exit 1; }

.PHONY: build/.programs build/.bench build/.dev build/.fuzz kernel kernel-debug
.PHONY: mainline kernel-next kernel-next-again
build/.programs: build/build.ninja
	@ninja --quiet -C build

# What is measured is the release build, with the programs that measure.
build/.bench: build/build.ninja
	@meson configure build -Dtests=true
	@ninja --quiet -C build >build/bench.log || { cat build/bench.log; exit 1; }

build/.dev: build/dev/build.ninja
	@ninja --quiet -C build/dev

build/.fuzz: build/fuzz/build.ninja
	@ninja --quiet -C build/fuzz

kernel: build/.packages-vm build/.programs
	@scripts/fetch-qemu >/dev/null
	@scripts/build-kernel build/kernel >build/kernel.log 2>&1 \
		|| { cat build/kernel.log; exit 1; }

# What the tests take if it is there: the driver of mainline that has a model
# here, and the newest kernel, on which the kit has to work as well.
mainline: build/.packages-vm
	@scripts/build-mainline qaic >/dev/null

kernel-next: build/.packages-vm build/.programs
	@scripts/fetch-qemu >/dev/null
	@scripts/build-mainline qaic 7.2 >/dev/null
	@ln -sfn ../kernel-7.2 build/dev/kernel-7.2 2>/dev/null || true
	@scripts/build-kernel --kernel 7.2 build/kernel-7.2 \
		>build/kernel-7.2.log 2>&1 \
		|| { cat build/kernel-7.2.log; exit 1; }

# Nothing is fetched for the tests' sake.
kernel-next-again: kernel
	@! scripts/build-mainline qaic --cached 7.2 >/dev/null || \
		$(MAKE) kernel-next

# The kernel itself is built once, into the cache.
kernel-debug: build/.packages-debug build/.programs
	@scripts/fetch-qemu >/dev/null
	@scripts/build-debug-kernel >/dev/null
	@ln -sfn ../kernel-debug build/dev/kernel-debug 2>/dev/null || true
	@scripts/build-kernel --debug build/kernel-debug \
		>build/kernel-debug.log 2>&1 \
		|| { cat build/kernel-debug.log; exit 1; }

.PHONY: all demo demo-vm check check-debug check-data bench oracle lint fuzz install clean
demo: build/.programs
	@scripts/demo

demo-vm: kernel
	@scripts/demo-vm

# Networks and pictures of the tests; those who need what is missing skip.
check-data: build/.packages
	@scripts/packages npm || true
	@scripts/fetch-npm >/dev/null || true
	@scripts/fetch-pictures >/dev/null || true

check: mainline kernel kernel-next-again build/.dev build/.packages-check check-data
	@scripts/check build/dev

check-debug: FUZZ_SECONDS ?= 900
check-debug: kernel-debug build/.dev
	@scripts/check-debug build/dev $(FUZZ_SECONDS)

bench: kernel build/.bench build/.packages-check build/.packages-npm
	@bench/run

oracle: build/.bench build/.packages-npm
	@scripts/oracle

lint: kernel build/.packages-check
	@scripts/lint

fuzz: FUZZ_SECONDS ?= 60
fuzz: build/.fuzz
	@scripts/fuzz build/fuzz $(FUZZ_SECONDS)

# Into a running system (no DESTDIR), the loader and udev are told.
install: build/.programs
	@meson configure build -Dprefix=$(PREFIX) -Dlibdir=$(LIBDIR)
	@meson install -C build --quiet
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then \
		ldconfig; \
		[ ! -S /run/udev/control ] || { udevadm control --reload && \
			udevadm trigger --subsystem-match=accel; }; \
		[ ! -d /run/systemd/system ] || systemctl daemon-reload; \
	fi

clean:
	rm -rf build
