#!/bin/sh
# On a bare node: what cat of files costs in the place $1, of those in the list $2, or all.
sleep 2
/bench/reads "$@"
