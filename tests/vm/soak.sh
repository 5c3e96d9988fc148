#!/bin/bash
# Migration until it is boring, and faults at every step; runs on node1 of two.
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
export TRIPS=${TRIPS:-50} TRIPS_DEBIAN=${TRIPS_DEBIAN:-20}
exec bash "$here/migrate.sh"
