#!/bin/sh
# On a bare node: counters of $1 VEs.
/bench/gather "$1"
