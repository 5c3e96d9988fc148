# SPDX-License-Identifier: GPL-2.0-or-later
#
# OpenVE's top makefile. `make` alone prints what there is to make.
#
# User land is compiled and linked inside the builder root (Debian 13), so any
# host gives the same result: on the host a target calls scripts/in-builder
# with NAME-inside, and the rules for it are in scripts/user.mk.

.DEFAULT_GOAL := help
.PHONY: help user unit install clean user-inside unit-inside

# Inside the builder root its stamp is in /.
INSIDE := $(wildcard /.openve-builder)
O ?= build/user

help:
	@echo 'make user              build vzctl, vzlist, vzeventd and the rest into $(O)/'
	@echo 'make unit              build and run the unit tests (address and undefined sanitizers)'
	@echo 'make install DESTDIR=D install what make user built below D'
	@echo 'make clean             remove $(O)/'

ifeq ($(INSIDE),)
user unit:
	@scripts/in-builder make --no-print-directory -j"$$(nproc)" $@-inside
else
user: user-inside
unit: unit-inside
endif

clean:
	@rm -rf $(O)

include scripts/user.mk
