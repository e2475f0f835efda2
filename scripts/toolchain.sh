# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# A compiler for kernels of a release newer than the host's, to be sourced
# beside fetch-common.sh. What was configured for one compiler asks for
# options that an older one does not have, and the programs among the headers
# want a newer C library. So the suite's own compiler is unpacked, with its
# libraries, below toolchain/ of the kernel's entry, and each program is a
# script that runs the real one through its own loader.

# toolchain_needed SUITE: is the suite newer than the host?
toolchain_needed() {
	local codename

	fetch_codename codename
	case $1/$codename in
	forky/forky | forky/sid) return 1 ;;
	forky/*) return 0 ;;
	*) return 1 ;;
	esac
}

# toolchain_fetch APTDIR GCC-PACKAGE TMPDIR: with what it and the programs
# among the headers depend on.
toolchain_fetch() {
	local apt=$1 package=$2 tmp=$3 name dir

	rm -f "$apt"/archives/*.deb
	cache_say "downloading the compiler that the kernel wants (about 70 MB)"
	fetch_apt "$apt" apt-get -q -q -y --download-only install \
		"$package" libelf1t64 libssl3t64 zlib1g ||
		fetch_die "cannot download $package from the apt mirror"
	fetch_unpack "$apt" "$tmp/toolchain"
	rm -rf "$tmp"/toolchain/usr/share
	# Nothing is linked against the C library, nor with LTO.
	rm -f "$tmp"/toolchain/usr/lib/gcc/*/*/*.{a,so} \
		"$tmp"/toolchain/usr/libexec/gcc/*/*/{lto1,lto-wrapper} \
		"$tmp"/toolchain/usr/bin/*-{lto-dump,gcov}*
	[[ -e $tmp/toolchain/usr/lib64/ld-linux-x86-64.so.2 ]] ||
		fetch_die "the packages have no loader where it is expected"
	# It would take those in /usr/bin.
	for dir in "$tmp"/toolchain/usr/libexec/gcc/*/*/; do
		for name in as ld; do
			ln -s "../../../../bin/x86_64-linux-gnu-$name" "$dir$name"
		done
	done
}

# toolchain_wrap FILE TMPDIR: FILE becomes a script that runs what it was. gcc looks
# for its parts beside the name that it was called by.
toolchain_wrap() {
	local file=$1 root=$CACHE_FINAL/toolchain/usr
	local final=$CACHE_FINAL${1#"$2"}

	mv "$file" "$file.bin"
	cat >"$file" <<-TEXT
		#!/bin/sh
		exec "$root/lib64/ld-linux-x86-64.so.2" --library-path \\
			"$root/lib/x86_64-linux-gnu" --argv0 "\$0" \\
			"$final.bin" "\$@"
	TEXT
	chmod 755 "$file"
}

# toolchain_wrap_all TMPDIR: what asks for the loader by its name and is in a
# directory of programs.
toolchain_wrap_all() {
	local tmp=$1 file

	while read -r file; do
		! head -c 4096 "$file" | grep -aqF /lib64/ld-linux ||
			toolchain_wrap "$file" "$tmp"
	done < <(find "$tmp/toolchain/usr/bin" "$tmp/toolchain/usr/libexec" \
		"$tmp"/usr/lib/linux-kbuild-* -type f -perm -u+x ! -name '*.so*')
}
