# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules for the user land. One folder, one list of objects:
#   libvz/*.c              build/user/libvz.a
#   checkpoint/*.c,*.proto build/user/libcheckpoint.a
#   vzctl/, vzmigrate/     a program for each main-NAME.c (main-vzctl-full.c is what
#                          vzctl goes on with); the other files of the
#                          folder (and its *.proto) are common to its programs
#   tests/unit/test-*.c    one test program a file, linked with all of the above and the other
#                          files of that folder
# Objects are in build/user/obj, generated sources in build/user/gen.

Q = @
CC = gcc
OBJ := $(O)/obj
GEN := $(O)/gen
PKGS := libnl-3.0 libnl-route-3.0 jansson libarchive libcap libprotobuf-c libzstd
# Programs are the same bytes wherever $(O) is: make deb.
CSTD := -std=gnu17 -D_GNU_SOURCE -I. -I$(GEN) -ffile-prefix-map=$(O)/=build/user/
WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow=local \
	-Wno-unused-parameter -Wno-format-truncation
CFLAGS ?= -O2 -g
HARDEN := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
UNITFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

# pkg-config exists in the builder only; ask once, when something is compiled.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lcriu -lcrypt -lm)$(PKG_LIBS)

sources = $(filter-out $(1)/main-%.c,$(wildcard $(1)/*.c))
programs = $(patsubst $(1)/main-%.c,%,$(wildcard $(1)/main-*.c))
protos = $(wildcard $(1)/*.proto)
objects = $(patsubst %.c,$(OBJ)/%.o,$(call sources,$(1))) \
	$(patsubst %.proto,$(OBJ)/%.pb-c.o,$(call protos,$(1)))

PROTO_H := $(patsubst %.proto,$(GEN)/%.pb-c.h,$(call protos,checkpoint) $(call protos,vzmigrate))
LIBVZ := $(O)/libvz.a
LIBCKPT := $(O)/libcheckpoint.a
LIBS := $(LIBCKPT) $(LIBVZ)
$(LIBVZ): $(call objects,libvz)
$(LIBCKPT): $(call objects,checkpoint)

$(LIBS):
	$(Q)echo "  AR      $@"
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)

$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h &: %.proto
	$(Q)echo "  PROTOC  $<"
	$(Q)mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(GEN) $< 2>/dev/null || protoc-c --c_out=$(GEN) $<

$(OBJ)/%.o: %.c | $(PROTO_H)
	$(Q)echo "  CC      $<"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(CFLAGS) $(HARDEN) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(OBJ)/%.pb-c.o: $(GEN)/%.pb-c.c
	$(Q)echo "  CC      $<"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(CFLAGS) $(HARDEN) -c -o $@ $<

# What is common to a folder's programs is an archive: each takes what it needs.
$(OBJ)/vzctl.a: $(call objects,vzctl)
$(OBJ)/vzmigrate.a: $(call objects,vzmigrate)
$(OBJ)/%.a:
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)

# $(call program,FOLDER,NAME)
define program
PROGS += $(O)/$(2)
$(O)/$(2): $(OBJ)/$(1)/main-$(2).o $(OBJ)/$(1).a $(LIBS)
	$$(Q)echo "  LD      $$@"
	$$(Q)$$(CC) -pie -Wl,-z,relro,-z,now,--as-needed -o $$@ $$^ $$(PKG_LIBS)
endef
$(foreach d,vzctl vzmigrate,$(foreach p,$(call programs,$(d)),$(eval $(call program,$(d),$(p)))))

# Man pages and completion, with the lists that come from the table of settings.
PAPERS := $(patsubst vzctl/man/%,$(O)/share/%,$(wildcard vzctl/man/*.[578])) \
	$(O)/share/vzctl.bash $(O)/share/_vzctl
$(O)/papers: $(OBJ)/vzctl/papers/papers.o $(LIBVZ)
	$(Q)echo "  LD      $@"
	$(Q)$(CC) -pie -Wl,--as-needed -o $@ $^ -lm
$(O)/share/%: vzctl/man/% $(O)/papers
	$(Q)mkdir -p $(@D)
	$(Q)$(O)/papers <$< >$@.tmp && mv $@.tmp $@
$(O)/share/vzctl.bash: vzctl/completion.bash $(O)/papers
$(O)/share/_vzctl: vzctl/completion.zsh $(O)/papers
$(O)/share/vzctl.bash $(O)/share/_vzctl:
	$(Q)mkdir -p $(@D)
	$(Q)$(O)/papers <$< >$@.tmp && mv $@.tmp $@

user-inside: $(LIBS) $(PROGS) $(PAPERS)
	@:

# Unit tests are compiled apart, with sanitizers, from the same sources.
UNIT := $(O)/unit
UNIT_BIN := $(patsubst tests/unit/%.c,$(UNIT)/bin/%,$(wildcard tests/unit/test-*.c))
UNIT_OBJ := $(patsubst $(OBJ)/%,$(UNIT)/%,$(foreach d,vzctl vzmigrate checkpoint libvz,$(call objects,$(d)))) \
	$(patsubst %.c,$(UNIT)/%.o,$(filter-out tests/unit/test-%,$(wildcard tests/unit/*.c)))
$(UNIT)/%.o: %.c | $(PROTO_H)
	$(Q)echo "  CC [U]  $<"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(WARN) $(UNITFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
$(UNIT)/%.pb-c.o: $(GEN)/%.pb-c.c
	$(Q)echo "  CC [U]  $<"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CSTD) $(UNITFLAGS) -c -o $@ $<
$(UNIT)/all.a: $(UNIT_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
$(UNIT)/bin/%: $(UNIT)/tests/unit/%.o $(UNIT)/all.a
	$(Q)echo "  LD [U]  $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -fsanitize=address,undefined -o $@ $< $(UNIT)/all.a $(PKG_LIBS)

# The programs with the same sanitizers, for tests that give them bad words.
SANE := $(UNIT)/sbin
SANE_BIN := $(patsubst $(O)/%,$(SANE)/%,$(PROGS))
$(SANE)/%: $(UNIT)/all.a
	$(Q)echo "  LD [U]  $@"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -fsanitize=address,undefined -o $@ $(filter %.o,$^) $(UNIT)/all.a $(PKG_LIBS)
$(foreach d,vzctl vzmigrate,$(foreach p,$(call programs,$(d)),$(eval \
	$(SANE)/$(p): $(UNIT)/$(d)/main-$(p).o)))

sane-inside: $(SANE_BIN)
	@:

# Fuzz targets: one a file, with libFuzzer and the same sanitizers; clang alone has it.
FUZZ := $(O)/fuzz
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(FUZZ)/bin/%,$(wildcard tests/fuzz/fuzz-*.c))
FUZZ_OBJ := $(patsubst $(OBJ)/%,$(FUZZ)/%,$(foreach d,vzctl vzmigrate checkpoint libvz,$(call objects,$(d))))
FUZZFLAGS := -O1 -g -w -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_RUNS ?= 300000
$(FUZZ)/%.o: %.c | $(PROTO_H)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(CSTD) $(FUZZFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
$(FUZZ)/%.pb-c.o: $(GEN)/%.pb-c.c
	$(Q)mkdir -p $(@D)
	$(Q)clang $(CSTD) $(FUZZFLAGS) -c -o $@ $<
$(FUZZ)/all.a: $(FUZZ_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
$(FUZZ)/bin/%: $(FUZZ)/tests/fuzz/%.o $(FUZZ)/all.a
	$(Q)echo "  LD [F]  $@"
	$(Q)mkdir -p $(@D)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $< $(FUZZ)/all.a $(PKG_LIBS)

fuzz-inside: $(FUZZ_BIN)
	$(Q)tests/fuzz/run $(FUZZ_RUNS) $(FUZZ_BIN)

unit-inside: $(UNIT_BIN)
	$(Q)tests/unit/run $(UNIT_BIN)

SBIN = $(DESTDIR)/usr/sbin
LIBEXEC = $(DESTDIR)/usr/lib/openve
UNITDIR = $(DESTDIR)/usr/lib/systemd/system
STRIP = $(if $(shell command -v strip),-s)
install: user
	$(Q)echo "  INSTALL $(DESTDIR)/"
	$(Q)install -d $(SBIN) $(LIBEXEC) $(UNITDIR) $(DESTDIR)/etc/vz/conf $(DESTDIR)/etc/vz/names \
		$(DESTDIR)/var/lib/vzctl $(DESTDIR)/vz/template/cache $(DESTDIR)/vz/lock
	$(Q)install -d -m 0700 $(DESTDIR)/vz/private $(DESTDIR)/vz/root $(DESTDIR)/vz/dump
	$(Q)install -m 0755 $(STRIP) $(filter-out %-full,$(PROGS)) $(SBIN)
	$(Q)install -m 0755 $(STRIP) $(O)/vzctl-full $(LIBEXEC)/vzctl
	$(Q)install -m 0644 vzctl/units/modules $(LIBEXEC)/modules
	$(Q)[ ! -e build/criu/criu ] || install -m 0755 build/criu/criu $(LIBEXEC)/criu
	$(Q)install -m 0644 $(wildcard vzctl/units/*.service vzctl/units/*.slice vzctl/units/*.timer \
		vzmigrate/units/*.service) $(UNITDIR)
	$(Q)install -D -m 0755 vzctl/units/vz.init $(DESTDIR)/etc/init.d/vz
	$(Q)for m in $(O)/share/*.[578] $(wildcard vzmigrate/man/*.[58]); do \
		install -D -m 0644 $$m $(DESTDIR)/usr/share/man/man$${m##*.}/$${m##*/} || exit 1; done
	$(Q)install -D -m 0644 $(O)/share/vzctl.bash $(DESTDIR)/usr/share/bash-completion/completions/vzctl
	$(Q)for p in vzlist vzmigrate vznetstat vzreboot vztactl vztmpl; do \
		ln -sf vzctl $(DESTDIR)/usr/share/bash-completion/completions/$$p || exit 1; done
	$(Q)install -D -m 0644 $(O)/share/_vzctl $(DESTDIR)/usr/share/zsh/vendor-completions/_vzctl
	$(Q)[ -e $(DESTDIR)/etc/vz/vz.conf ] || install -m 0644 templates/conf/vz.conf $(DESTDIR)/etc/vz/vz.conf
	$(Q)[ -e $(DESTDIR)/etc/vz/conf/networks_classes ] || \
		install -m 0644 templates/conf/networks_classes $(DESTDIR)/etc/vz/conf/networks_classes
	$(Q)install -d $(DESTDIR)/usr/share/openve/templates
	$(Q)install -m 0644 $(wildcard templates/definitions/*.conf) $(DESTDIR)/usr/share/openve/templates
	$(Q)install -m 0755 $(wildcard templates/definitions/*.setup) $(DESTDIR)/usr/share/openve/templates
	$(Q)install -m 0644 $(wildcard templates/conf/*.conf-sample) $(DESTDIR)/etc/vz/conf

-include $(shell find $(OBJ) $(UNIT) $(FUZZ) -name '*.d' 2>/dev/null)
.SECONDARY:
