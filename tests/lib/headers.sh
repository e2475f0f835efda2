#!/bin/sh
# SPDX-License-Identifier: MIT
#
# headers.sh CC CXX INCLUDE HEADER...: every public header compiles alone, as
# C11 and as C++, without extensions and without a warning. CXX may be absent.
set -eu

cc=$1
cxx=$2
include=$3
shift 3
number=0

# report STATUS SENTENCE
report() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
	fi
}

echo 'TAP version 13'
echo "1..$(($# * 2))"
for header; do
	status=0
	echo "#include <$header>" | "$cc" -x c -std=c11 -Wall -Wextra -Werror \
		-pedantic -I"$include" -fsyntax-only - || status=1
	report "$status" "$header is C11"
	status=0
	if ! command -v "$cxx" >/dev/null; then
		number=$((number + 1))
		echo "ok $number - $header is C++ # SKIP there is no $cxx"
		continue
	fi
	printf '#include <%s>\nconst char *f(struct axl_context *c);\n%s\n' \
		"$header" 'const char *f(struct axl_context *c)
{ return axl_error_detail(c); }' | "$cxx" -x c++ -std=c++11 -Wall -Wextra \
		-Werror -pedantic -I"$include" -fsyntax-only - || status=1
	report "$status" "$header is C++"
done
