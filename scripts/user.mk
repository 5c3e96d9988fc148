# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules for the user land. One folder, one list of objects:
#   libvz/*.c            build/user/libvz.a
#   checkpoint/*.c,proto build/user/libcheckpoint.a
#   vzctl, vzmigrate     a program for each main-NAME.c; the other files of the
#                        folder are common to its programs
#   tests/unit/*.c       one test program a file
# Files checkpoint/main-NAME.c become programs as well.

Q = @
CC = gcc
PKGS := libnl-3.0 libnl-route-3.0 jansson libarchive libcap libprotobuf-c mount libzstd
CSTD := -std=gnu17 -D_GNU_SOURCE -I. -I$(O)
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow=local -Wno-unused-parameter -Wno-format-truncation
CFLAGS ?= -O2 -g
HARDEN := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
UNITFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

# pkg-config exists in the builder only; ask once, when something is compiled.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lcriu -lcrypt)$(PKG_LIBS)

c_of = $(filter-out $(1)/main-%.c,$(wildcard $(1)/*.c))
progs_of = $(patsubst $(1)/main-%.c,%,$(wildcard $(1)/main-*.c))

# Messages shared by folders are compiled into the archive of their folder.
PROTO := $(wildcard checkpoint/*.proto vzmigrate/*.proto)
PROTO_H := $(PROTO:%.proto=$(O)/%.pb-c.h)
proto_o = $(patsubst %.proto,$(O)/%.pb-c.o,$(wildcard $(1)/*.proto))

LIBVZ := $(O)/libvz.a
LIBCKPT := $(O)/libcheckpoint.a
LIBS := $(LIBCKPT) $(LIBVZ)

obj = $(patsubst %.c,$(O)/%.o,$(call c_of,$(1))) $(call proto_o,$(1))
$(LIBVZ): $(call obj,libvz)
$(LIBCKPT): $(call obj,checkpoint)

$(O)/%.a:
	$(Q)echo "  AR      $@"
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)

$(O)/%.pb-c.c $(O)/%.pb-c.h: %.proto
	$(Q)echo "  PROTOC  $<"
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(O) $<

$(O)/%.o: %.c | $(PROTO_H)
	$(Q)echo "  CC      $<"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(CFLAGS) $(HARDEN) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/%.pb-c.o: $(O)/%.pb-c.c
	$(Q)echo "  CC      $<"
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(HARDEN) -c -o $@ $<

# $(call program,FOLDER,NAME)
define program
PROGS += $(O)/$(2)
$(O)/$(2): $(O)/$(1)/main-$(2).o $$(call obj,$(1)) $(LIBS)
	$$(Q)echo "  LD      $$@"
	$$(Q)$$(CC) -pie -Wl,-z,relro,-z,now -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(PKG_LIBS)
endef
$(foreach d,vzctl vzmigrate,$(foreach p,$(call progs_of,$(d)),$(eval $(call program,$(d),$(p)))))

user-inside: $(LIBS) $(PROGS)

# Unit tests are compiled apart, with sanitizers, from the same sources.
UNIT_SRC := $(wildcard tests/unit/test-*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(O)/unit/bin/%)
UNIT_LIBOBJ := $(patsubst %.c,$(O)/unit/%.o,$(call c_of,libvz))
$(O)/unit/%.o: %.c | $(PROTO_H)
	$(Q)echo "  CC [U]  $<"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(UNITFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
$(O)/unit/bin/%: $(O)/unit/tests/unit/%.o $(UNIT_LIBOBJ)
	$(Q)echo "  LD [U]  $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -fsanitize=address,undefined -o $@ $^ $(PKG_LIBS)

unit-inside: $(UNIT_BIN)
	$(Q)tests/unit/run $(UNIT_BIN)

SBIN = $(DESTDIR)/usr/sbin
UNITDIR = $(DESTDIR)/usr/lib/systemd/system
install:
	$(Q)echo "  INSTALL $(DESTDIR)/"
	$(Q)install -d $(SBIN) $(UNITDIR) $(DESTDIR)/etc/vz/conf $(DESTDIR)/etc/vz/names \
		$(DESTDIR)/var/lib/vzctl $(DESTDIR)/vz/template/cache $(DESTDIR)/vz/lock
	$(Q)install -d -m 0700 $(DESTDIR)/vz/private $(DESTDIR)/vz/root $(DESTDIR)/vz/dump
	$(Q)install -m 0755 -s $(PROGS) $(SBIN)
	$(Q)install -m 0644 $(wildcard vzctl/units/*.service vzctl/units/*.slice vzmigrate/units/*.service) $(UNITDIR)
	$(Q)[ -e $(DESTDIR)/etc/vz/vz.conf ] || install -m 0644 templates/conf/vz.conf $(DESTDIR)/etc/vz/vz.conf
	$(Q)install -m 0644 $(wildcard templates/conf/*.conf-sample) $(DESTDIR)/etc/vz/conf

-include $(shell find $(O) -name '*.d' 2>/dev/null)
.SECONDARY:
