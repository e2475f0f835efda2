# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the fetch-* scripts share: Debian packages from the mirror that the
# host itself uses, of any release, without installing them.
#
# apt does the work, on a private state directory with its own source list:
# it checks the signature of the index and the hashes of the packages, knows
# the user's proxy, and needs no root.

fetch_versions=${BASH_SOURCE[0]%/*}/../vm/versions
fetch_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fetch_die() {
	cache_say "$*"
	exit 1
}

# fetch_need TOOL=PACKAGE...: name the packages that miss.
fetch_need() {
	local pair missing=

	for pair; do
		command -v "${pair%%=*}" >/dev/null || missing+=" ${pair#*=}"
	done
	[[ -e $fetch_keyring ]] || missing+=" debian-archive-keyring"
	[[ -z $missing ]] || fetch_die "missing packages: apt-get install$missing"
}

# fetch_codename VARIABLE: the host's Debian release, by its name.
fetch_codename() {
	local name=

	[[ ! -r /etc/os-release ]] ||
		name=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	printf -v "$1" '%s' "${name:-unknown}"
}

# fetch_pin NAME-PATTERN SUITE: set pin_name, pin_version and pin_hash from
# the file of pins; the pattern is a glob.
fetch_pin() {
	local name suite version hash

	# shellcheck disable=SC2034 # for those who source this
	pin_name='' pin_version='' pin_hash=''
	while read -r name suite version hash; do
		# shellcheck disable=SC2053 # a glob is what is wanted
		if [[ $name == $1 && $suite == "$2" ]]; then
			# shellcheck disable=SC2034
			pin_name=$name pin_version=$version pin_hash=$hash
			return 0
		fi
	done <"$fetch_versions"
	return 1
}

# The user's own mirror of Debian, out of apt's configuration.
fetch_mirror() {
	local uri release component target codename

	if [[ -n ${AXLE_DEBIAN_MIRROR:-} ]]; then
		printf '%s\n' "${AXLE_DEBIAN_MIRROR%/}"
		return
	fi
	fetch_codename codename
	# shellcheck disable=SC2016 # apt expands these
	while read -r uri release component target; do
		[[ $component == main && $target == Packages ]] || continue
		case $uri in
		cdrom:*) continue ;;
		esac
		case $release in
		"$codename" | stable | oldstable | testing | unstable | sid)
			printf '%s\n' "${uri%/}"
			return
			;;
		esac
	done < <(apt-get indextargets --format \
		'$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)')
	fetch_die "apt's sources name no Debian mirror; set AXLE_DEBIAN_MIRROR to one"
}

# fetch_apt_setup DIR SUITE...: a private apt in DIR that knows these suites.
fetch_apt_setup() {
	local dir=$1 mirror suite
	shift

	mirror=$(fetch_mirror)
	mkdir -p "$dir"/{lists/partial,archives/partial,etc}
	: >"$dir/status"
	for suite; do
		printf 'deb [signed-by=%s] %s %s main\n' \
			"$fetch_keyring" "$mirror" "$suite"
	done >"$dir/sources.list"
	cache_say "reading the package index of $*"
	fetch_apt "$dir" apt-get -q -q update >&2 ||
		fetch_die "cannot read the package index of $* from the apt mirror"
}

# fetch_apt DIR COMMAND...: run apt-get or apt-cache on the private state.
# The sandbox user could not enter a private cache directory.
fetch_apt() {
	local dir=$1 command=$2
	shift 2

	LC_ALL=C DEBIAN_FRONTEND=noninteractive "$command" \
		-o Dir::State="$dir" \
		-o Dir::State::lists="$dir/lists" \
		-o Dir::State::status="$dir/status" \
		-o Dir::State::extended_states="$dir/extended" \
		-o Dir::Cache="$dir" \
		-o Dir::Cache::archives="$dir/archives" \
		-o Dir::Etc::sourcelist="$dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o APT::Architecture=amd64 \
		-o APT::Architectures::=amd64 \
		-o APT::Sandbox::User=root \
		-o APT::Install-Recommends=false \
		-o APT::Update::Error-Mode=any \
		-o Acquire::Languages=none \
		-o Acquire::Retries=3 \
		-o Debug::NoLocking=1 \
		"$@"
}

# fetch_hash DIR PACKAGE VERSION: the SHA-256 in the signed index, or nothing.
fetch_hash() {
	fetch_apt "$1" apt-cache show "$2=$3" 2>/dev/null |
		sed -n 's/^SHA256: //p' | head -n 1
}

# fetch_newest DIR SUITE NAME-REGEX [VERSION-PREFIX]: "NAME VERSION" of the
# newest that the suite has.
fetch_newest() {
	local dir=$1 suite=$2 regex=$3 prefix=${4:-} name version
	local best_name='' best='' names

	mapfile -t names < <(fetch_apt "$dir" apt-cache pkgnames |
		grep -Ex -- "$regex")
	((${#names[@]})) || return 1
	while read -r name version; do
		[[ ${version#*:} == "$prefix"* ]] || continue
		if [[ -z $best ]] ||
			dpkg --compare-versions "$version" gt "$best"; then
			best_name=$name best=$version
		fi
	done < <(fetch_apt "$dir" apt-cache madison "${names[@]}" |
		awk -v suite="$suite/main" '$6 == suite { print $1, $3 }')
	[[ -n $best ]] || return 1
	printf '%s %s\n' "$best_name" "$best"
}

# fetch_check DIR NAME VERSION: a pinned package must be the one pinned.
# Returns 1 when the mirror does not carry it.
fetch_check() {
	local got

	got=$(fetch_hash "$1" "$2" "$3")
	[[ -n $got ]] || return 1
	if fetch_pin_of "$2" "$3" && [[ $got != "$pin_hash" ]]; then
		fetch_die "$2 $3 on the mirror is not the pinned one: $got"
	fi
}

# fetch_pin_of NAME VERSION: set pin_hash, for any suite.
fetch_pin_of() {
	local name version hash

	while read -r name _ version hash; do
		if [[ $name == "$1" && $version == "$2" ]]; then
			pin_hash=$hash
			return 0
		fi
	done <"$fetch_versions"
	return 1
}

# fetch_download DIR NAME=VERSION...: the packages themselves, no others, to
# DIR/archives.
fetch_download() {
	local dir=$1
	shift

	cache_say "downloading $*"
	(cd "$dir/archives" && fetch_apt "$dir" apt-get -q -q download "$@" >&2) ||
		fetch_die "cannot download $* from the apt mirror"
}

# fetch_unpack DIR ROOT: unpack every downloaded package into ROOT.
fetch_unpack() {
	local deb

	mkdir -p "$2"
	for deb in "$1"/archives/*.deb; do
		dpkg-deb -x "$deb" "$2" ||
			fetch_die "cannot unpack ${deb##*/} (disk full?)"
	done
}
