#!/bin/bash
# Migration until it is boring, and faults at every step; runs on node1 of two.
#
# usage: soak.sh [NAME=VALUE...]     TRIPS=50 TRIPS_DEBIAN=20, and PARTS of
#                                    migrate.sh when not all of it is wanted
set -uo pipefail
here=$(dirname "$0")
[ -d /share/vm ] && here=/share/vm
[ $# = 0 ] || export "$@"
export TRIPS=${TRIPS:-50} TRIPS_DEBIAN=${TRIPS_DEBIAN:-20}
export PARTS=${PARTS:-to_and_fro refusals counts kills cuts offline debian}
exec bash "$here/migrate.sh"
