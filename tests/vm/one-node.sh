#!/bin/bash
# Everything that one node shows; runs on node1. One boot serves all.
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
bad=0
for suite in ${SUITES:-vzctl ubc checkpoint counts}; do
	echo "# $suite"
	bash "$here/$suite.sh" || bad=1
done
exit $bad
