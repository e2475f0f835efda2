# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The cache of fetched things, to be sourced by bash scripts that run with
# "set -euo pipefail".
#
# An entry is a directory NAME-VERSION in the cache directory.  It is made
# in .tmp/ENTRY beside it and appears under its own name by one rename, so
# an entry that exists is complete.  Whoever works in .tmp/ENTRY holds the
# lock .lock/ENTRY: a temporary directory whose lock is free belongs to
# nobody and is swept.
#
# A second name for an entry is a symbolic link (cache_alias): it remembers
# that another version than the wanted one was used, so that finding it
# again needs no network.

# The project's name prefixes messages, so that they can be told from those
# of the programs called.
cache_say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

cache_dir() {
	if [[ -n ${XDG_CACHE_HOME:-} ]]; then
		printf '%s/axle\n' "$XDG_CACHE_HOME"
	elif [[ -n ${HOME:-} ]]; then
		printf '%s/.cache/axle\n' "$HOME"
	else
		cache_say "neither XDG_CACHE_HOME nor HOME is set: where is the cache?"
		return 1
	fi
}

# cache_key NAME VERSION: a Debian version as part of a file name.  The epoch
# goes, as a colon would end the path in a library search path.
cache_key() {
	local version=${2#*:}

	printf '%s-%s\n' "$1" "${version//\~/-}"
}

# cache_find KEY: print the path of a complete entry, or fail silently.
cache_find() {
	local dir

	dir=$(cache_dir) || return 1
	[[ -d $dir/$1 ]] || return 1
	printf '%s/%s\n' "$dir" "$1"
}

# Remove what killed processes left in .tmp.
cache_sweep() {
	local dir=$1 tmp fd

	for tmp in "$dir"/.tmp/*; do
		[[ -d $tmp ]] || continue
		exec {fd}>"$dir/.lock/${tmp##*/}"
		if flock -n "$fd"; then
			rm -rf -- "$tmp"
		fi
		exec {fd}>&-
	done
}

# Fill TMP by a command, in a subshell of its own: it stops at the first
# error and cleans up after itself however it ends, short of SIGKILL.
cache_fill() {
	local tmp=$1
	shift
	(
		set -e
		trap 'rc=$?; rm -rf -- "$tmp"; exit "$rc"' EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM
		trap 'exit 129' HUP
		rm -rf -- "$tmp"
		mkdir -- "$tmp"
		"$@" "$tmp" >&2
		trap - EXIT
	)
}

# cache_get KEY COMMAND...: print the path of the entry; if there is none,
# make it by COMMAND... TMPDIR FINALDIR, where only TMPDIR exists yet.
# COMMAND is usually a shell function.  Not to be called in a condition, as
# bash would then ignore errors inside of COMMAND.
cache_get() {
	local key=$1 dir tmp fd rc=0
	shift

	dir=$(cache_dir)
	if [[ -d $dir/$key ]]; then
		printf '%s/%s\n' "$dir" "$key"
		return
	fi
	if ! mkdir -p -- "$dir/.lock" "$dir/.tmp"; then
		cache_say "cannot make the cache directory $dir"
		return 1
	fi
	cache_sweep "$dir"
	# Children inherit the lock on purpose: should this shell be killed,
	# TMPDIR is still in use until the last of them is gone.
	exec {fd}>"$dir/.lock/$key"
	if ! flock -n "$fd"; then
		cache_say "waiting for another process that makes $key"
		flock "$fd"
	fi
	tmp=$dir/.tmp/$key
	if [[ ! -d $dir/$key ]]; then
		CACHE_FINAL=$dir/$key
		export CACHE_FINAL
		set +e
		cache_fill "$tmp" "$@"
		rc=$?
		set -e
		if ((rc == 0)); then
			mv -T -- "$tmp" "$dir/$key" || rc=1
		fi
	fi
	exec {fd}>&-
	if ((rc != 0)); then
		rm -rf -- "$tmp"
		cache_say "$key could not be made; nothing of it is kept"
		return "$rc"
	fi
	printf '%s/%s\n' "$dir" "$key"
}

# cache_alias KEY ALIAS: let ALIAS lead to the entry KEY from now on.
cache_alias() {
	local dir tmp

	dir=$(cache_dir)
	tmp=$dir/.tmp/.alias.$BASHPID
	ln -sfn -- "$1" "$tmp"
	mv -T -- "$tmp" "$dir/$2"
}
