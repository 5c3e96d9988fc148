#!/bin/bash
# Everything that takes two nodes; runs on node1. One boot serves all. The
# kernel update comes last: it is another boot of node2.
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
bad=0
for suite in ${SUITES:-migrate reboot}; do
	echo "# $suite"
	bash "$here/$suite.sh" || bad=1
done
exit $bad
