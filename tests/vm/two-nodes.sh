#!/bin/bash
# What takes two nodes beside migrate.sh: the network seen from another machine, a host emptied
# and filled again, the kernel update and the way back from one; runs on node1, with the runner's
# --reset. One boot serves all.
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
bad=0
for suite in ${SUITES:-net evacuate freeze reboot back}; do
	echo "# $suite"
	bash "$here/$suite.sh" || bad=1
done
exit $bad
