#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The cache, with fetches that only pretend: scripts/cache.sh.
#
# The cases are called by name, and code for another shell is in quotes:
# shellcheck disable=SC2317,SC2329,SC2016
set -uo pipefail

here=$(dirname "$(readlink -f "$0")")
top=$here/../..
# shellcheck source=vm/tests/tap.sh
. "$here/tap.sh"

work=$dir
plan 15
export XDG_CACHE_HOME=$work/cache
cache=$work/cache/axle

# in_script CODE: in a bash of its own, as the fetch scripts use it.
in_script() {
	bash -c 'set -euo pipefail; . "$1/scripts/cache.sh"; eval "$2"' \
		fetch "$top" "$1"
}

slow='fill() { echo began >>"$1.log"; sleep 0.5; echo whole >"$1/file"; }
	mkdir -p "$XDG_CACHE_HOME"; '

good() {
	local path

	path=$(in_script 'fill() { echo whole >"$1/file"; echo noise; }
		cache_get thing-1 fill' 2>"$work/err") || return 1
	is "$path" "$cache/thing-1" && is "$(cat "$path/file")" whole
}

again() {
	local path

	path=$(in_script 'fill() { echo called >&2; exit 1; }
		cache_get thing-1 fill' 2>&1) || return 1
	is "$path" "$cache/thing-1"
}

error_stops() {
	local out

	out=$(in_script 'fill() { echo half >"$1/file"; false; touch "$1/more"; }
		cache_get bad-1 fill' 2>&1) && return 1
	like "$out" '*bad-1 could not be made*' || return 1
	is "$(find "$cache" -name 'bad-1*' -not -path '*/.lock/*')" ""
}

dies_says_why() {
	local out

	out=$(in_script 'fill() { echo "why it failed" >&2; exit 3; }
		cache_get bad-2 fill' 2>&1)
	is $? 3 && like "$out" '*why it failed*'
}

# As if the machine went down: the script and what it runs.
killed() {
	local pid pids

	in_script 'fill() { echo half >"$1/file"; echo $$ $BASHPID >"$1/pid"
		exec sleep 30; }; cache_get killed-1 fill' 2>/dev/null &
	pid=$!
	while [[ ! -s $cache/.tmp/killed-1/pid ]]; do sleep 0.02; done
	read -r -a pids <"$cache/.tmp/killed-1/pid"
	# The script first: it would clean up after its child.
	kill -KILL "${pids[@]}"
	wait "$pid" 2>/dev/null
	[[ ! -e $cache/killed-1 && -e $cache/.tmp/killed-1/file ]]
}

swept() {
	in_script 'fill() { :; }; cache_get other-1 fill' >/dev/null || return 1
	is "$(ls -A "$cache/.tmp")" ""
}

terminated() {
	local pid

	in_script 'fill() { echo $BASHPID >"$1/pid"; sleep 0.3; sleep 30; }
		cache_get term-1 fill' 2>/dev/null &
	pid=$!
	while [[ ! -s $cache/.tmp/term-1/pid ]]; do sleep 0.02; done
	kill -TERM "$(cat "$cache/.tmp/term-1/pid")"
	pkill -TERM -P "$(cat "$cache/.tmp/term-1/pid")"
	wait "$pid" 2>/dev/null
	is $? 143 && is "$(ls -A "$cache/.tmp")" ""
}

two_at_once() {
	local one two a b

	in_script "$slow cache_get two-1 fill" >"$work/one" 2>"$work/err1" &
	a=$!
	in_script "$slow cache_get two-1 fill" >"$work/two" 2>"$work/err2" &
	b=$!
	wait "$a" || return 1
	wait "$b" || return 1
	one=$(cat "$work/one") two=$(cat "$work/two")
	is "$one" "$cache/two-1" && is "$two" "$one" || return 1
	is "$(cat "$cache/.tmp/two-1.log")" began
}

second_takes_over() {
	local a

	in_script 'fill() { : >"$1/begun"; sleep 0.4; false; }
		cache_get over-1 fill' >/dev/null 2>&1 &
	a=$!
	while [[ ! -e $cache/.tmp/over-1/begun ]]; do sleep 0.02; done
	in_script 'fill() { :; }; cache_get over-1 fill' >/dev/null 2>&1 ||
		return 1
	! wait "$a"
}

alias_leads() {
	local path

	in_script 'cache_alias thing-1 wanted-1' || return 1
	path=$(in_script 'cache_find wanted-1') || return 1
	is "$(cat "$path/file")" whole
}

no_home() {
	local out

	out=$(env -u HOME -u XDG_CACHE_HOME bash -c '. "$1/scripts/cache.sh"
		cache_dir' fetch "$top" 2>&1) && return 1
	like "$out" '*HOME*'
}

key_is_a_file_name() {
	is "$(in_script 'cache_key qemu 1:11.1.3+ds-1~bpo13+1')" \
		qemu-11.1.3+ds-1-bpo13+1
}

nothing_fetched() {
	"$top/scripts/fetch-kernel" --cached >"$work/out" 2>&1
	is $? 1 && is "$(cat "$work/out")" "" || return 1
	"$top/scripts/build-mainline" qaic --cached 7.2 >"$work/out" 2>&1
	is $? 1 && is "$(cat "$work/out")" ""
}

no_such_driver() {
	"$top/scripts/build-mainline" nonesuch >"$work/out" 2>&1
	is $? 2 && like "$(cat "$work/out")" '*"nonesuch"*qaic*'
}

# A program of the host with its own loader, as if both were newer.
wrapped() {
	local root=$work/newer usr=$work/newer/toolchain/usr lib
	local kbuild=$root/usr/lib/linux-kbuild-1

	mkdir -p "$usr"/{bin,libexec,lib64,lib} "$kbuild"
	cp /lib64/ld-linux-x86-64.so.2 "$usr/lib64/"
	lib=$(dirname "$(ldd /bin/sh | sed -n 's/.*=> \(.*libc.so.6\) .*/\1/p')")
	ln -s "$lib" "$usr/lib/x86_64-linux-gnu"
	cp "$(type -P cp)" "$(type -P printf)" "$usr/bin/"
	cp "$(type -P printf)" "$kbuild/modpost"
	printf '#!/bin/sh\necho script\n' >"$usr/libexec/script"
	chmod +x "$usr/libexec/script"
	CACHE_FINAL=$root bash -c '. "$1/scripts/toolchain.sh"
		toolchain_wrap_all "$2"' fetch "$top" "$root" || return 1
	is "$("$usr/bin/printf" '<%s>' "a b" '$c' '')" '<a b><$c><>' || return 1
	is "$("$kbuild/modpost" %s yes)" yes || return 1
	like "$("$usr/bin/cp" 2>&1)" "$usr/bin/cp: *" || return 1
	is "$("$usr/libexec/script")" script
}

try "an entry is made, and only its path is printed" good
try "an entry that exists is not made again" again
try "an error half-way leaves nothing behind and is reported" error_stops
try "the reason and the status of a failure come through" dies_says_why
try "a killed fetch leaves no entry" killed
try "what a killed fetch left is swept by the next, of whatever entry" swept
try "a terminated fetch cleans up after itself" terminated
try "of two at once one works and the other waits for it" two_at_once
try "if the first of two fails the second takes over" second_takes_over
try "a second name leads to the entry" alias_leads
try "a Debian version becomes a safe file name" key_is_a_file_name
try "no home directory is a clear error" no_home
try "--cached fetches nothing, builds nothing, says nothing" nothing_fetched
try "an unknown driver of mainline is refused, the known are listed" \
	no_such_driver
try "a wrapped program has its arguments, its name and its loader" wrapped
