#!/bin/bash
# Everything that takes two nodes: the network seen from another machine,
# migration with its refusals and faults, the kernel update and the way back from
# one; runs on node1, with the runner's --reset. One boot serves all.
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
bad=0
for suite in ${SUITES:-net migrate evacuate freeze reboot back}; do
	echo "# $suite"
	bash "$here/$suite.sh" || bad=1
done
exit $bad
