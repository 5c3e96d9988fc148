# SPDX-License-Identifier: GPL-2.0-or-later
#
# OpenVE's top makefile. `make` alone prints what there is to make.
#
# User land is compiled and linked inside the builder root (Debian 13), so any
# host gives the same result: on the host a target calls scripts/in-builder
# with NAME-inside, and the rules for it are in scripts/user.mk.

.DEFAULT_GOAL := help
.PHONY: help user unit fuzz sane install clean user-inside unit-inside fuzz-inside sane-inside

# Inside the builder root its stamp is in /.
INSIDE := $(wildcard /.openve-builder)
O ?= build/user

help:
	@echo 'What there is to make (all as root; everything but demo and check works alone):'
	@echo '  demo [KERNEL2=6.12.NN]  the whole story on two emulated nodes'
	@echo '  check                   all tests; parts: tests/check SUITE...'
	@echo '  shell                   boot two nodes and give a prompt on node1'
	@echo '  kernel kernel-debug     the kernel of the demo, of the tests (build/kernel/*/)'
	@echo '  deb [FLAVOURS="vm ..."] Debian packages and an apt repository of them, dist/'
	@echo '  kernel-vm -cloud -amd64 their kernels: for virtual machines (no modules), by the'
	@echo '                          configuration of Debian for clouds, for any machine (hours)'
	@echo '  kernel-kasan            that of the tests with KASAN, kmemleak and UBSAN'
	@echo '  user                    vzctl, vzlist, vzmigrate and the rest ($(O)/)'
	@echo '  criu                    CRIU with our patches (build/criu/)'
	@echo '  install DESTDIR=D       what user and criu built, below D'
	@echo '  templates images        VE templates; the disk of the nodes'
	@echo '  unit kunit selftests    unit tests of the tools, of the kernel; kernel test programs'
	@echo '  sane                    the tools with sanitizers, for tests/inputs ($(O)/unit/sbin/)'
	@echo '  fuzz                    hostile input for what reads files, images and frames'
	@echo '  bench [PART=rows]       what our code costs, in instructions; parts: rows locks gather net'
	@echo '                          files tools start freeze (how long a VE stands still when it moves)'
	@echo '  soak                    tests too long for every run: KASAN, leaks, faults, migration'
	@echo '  clean                   remove $(O)/; "rm -rf build" removes everything'

ifeq ($(INSIDE),)
user unit fuzz sane:
	@scripts/in-builder make --no-print-directory -j"$$(nproc)" $@-inside
else
user: user-inside
unit: unit-inside
fuzz: fuzz-inside
sane: sane-inside
endif

clean:
	@rm -rf $(O)

include scripts/user.mk
ifeq ($(INSIDE),)
include scripts/targets.mk
endif
