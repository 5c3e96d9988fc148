#!/bin/bash
# What takes two nodes and fits into every run; runs on node1. One boot serves
# all. The rest (Debian VE to and fro, faults, stop and start, kernel update)
# is in `make soak`, the kernel update also in the demo.
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
export PARTS=${PARTS:-to_and_fro refusals}
bad=0
for suite in ${SUITES:-migrate}; do
	echo "# $suite"
	bash "$here/$suite.sh" || bad=1
done
exit $bad
