#!/bin/bash
# Commands that change where a VE's files are, killed at each single step; runs on a node.
bad=0
for s in layout snapshot; do KILL_STEP=1 bash "${0%/*}/$s.sh" || bad=1; done
exit $bad
