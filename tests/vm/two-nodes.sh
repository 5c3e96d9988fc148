#!/bin/bash
# Everything that takes two nodes; runs on node1. One boot serves all. The
# kernel update comes last: it is another boot of node2.
#
# The faults of migrate.sh and migration by stop and start (PARTS="kills cuts
# offline") are in `make soak`.
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
export PARTS=${PARTS:-to_and_fro refusals debian}
bad=0
for suite in ${SUITES:-migrate reboot}; do
	echo "# $suite"
	bash "$here/$suite.sh" || bad=1
done
exit $bad
