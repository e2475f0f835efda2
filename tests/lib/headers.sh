#!/bin/bash
# SPDX-License-Identifier: MIT
#
# headers.sh CC CXX INCLUDE HEADER...: every public header compiles alone, as
# C11 and as C++, without extensions and without a warning. CXX may be absent.
set -uo pipefail

# shellcheck source=tests/harness/tap.sh
. "$(dirname "$0")/../harness/tap.sh"

cc=$1
cxx=$2
include=$3
shift 3

is_c() {
	echo "#include <$1>" | "$cc" -x c -std=c11 -Wall -Wextra -Werror \
		-pedantic -I"$include" -fsyntax-only -
}

is_cxx() {
	printf '#include <%s>\nconst char *f(struct axl_context *c);\n%s\n' \
		"$1" 'const char *f(struct axl_context *c)
{ return axl_error_detail(c); }' | "$cxx" -x c++ -std=c++11 -Wall -Wextra \
		-Werror -pedantic -I"$include" -fsyntax-only -
}

plan $(($# * 2))
for header; do
	try "$header is C11" is_c "$header"
	if command -v "$cxx" >/dev/null; then
		try "$header is C++" is_cxx "$header"
	else
		skip "$header is C++" "there is no $cxx"
	fi
done
