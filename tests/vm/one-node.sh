#!/bin/bash
# Everything that one node shows; runs on node1. One boot serves all.
#
# usage: one-node.sh [SUITE...]		vzctl words old host service veth machine walls filter backup ubc disk overlay layout rename snapshot checkpoint criu criu_dies, and counts in make soak
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
bad=0
for suite in ${*:-vzctl words old host service veth machine walls filter backup ubc disk overlay layout rename snapshot checkpoint criu criu_dies}; do
	echo "# $suite"
	bash "$here/$suite.sh" || bad=1
done
exit $bad
