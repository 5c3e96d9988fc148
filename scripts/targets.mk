# Targets that run on the host: builder root, kernels, images, demo, tests.
# Included by the top Makefile.

in_builder	:= scripts/in-builder
# Files of ours that a kernel is made of.
kernel_files	:= $(shell find ve beancounters venet include/vz kernel-patches -type f) Kbuild Kconfig scripts/kernel

.PHONY: criu builder kernel-source kernel kernel-debug kernel-kasan kernel-next images templates
.PHONY: kernel-vm kernel-cloud kernel-amd64 deb
.PHONY: demo check shell soak kunit selftests bench vm-share

builder:
	@scripts/builder-root

kernel-source: builder
	@scripts/kernel-source

# A build that is up to date prints nothing: the stamp is newer than all of
# our files, and foreign files change only through kernel-patches/.
build/kernel/%/.done: $(kernel_files) build/builder/.openve-builder
	@scripts/kernel-source
	@$(in_builder) scripts/kernel $* bzImage
	@touch $@

# Nothing of ours is in it.
build/kernel/stock/.done: kernel-patches/config kernel-patches/config.off scripts/kernel build/builder/.openve-builder
	@scripts/kernel-source
	@$(in_builder) scripts/kernel stock bzImage
	@touch $@

build/builder/.openve-builder: scripts/builder-root scripts/bootstrap
	@scripts/builder-root
	@touch $@

kernel: build/kernel/plain/.done
kernel-debug: build/kernel/debug/.done
kernel-kasan: build/kernel/kasan/.done

# Kernels that are packaged. vm has no modules; cloud takes an hour on a small
# machine, amd64 many: kernel-patches/check-debian is what the tests look at.
kernel-vm: build/kernel/vm/.done
kernel-cloud kernel-amd64: kernel-%: build/builder/.openve-builder
	@scripts/kernel-source
	@scripts/kernel-source config
	@$(in_builder) scripts/kernel $* bzImage modules

# dist/: Debian packages of all, and the apt repository of them.
FLAVOURS ?= vm
deb: user criu templates $(FLAVOURS:%=kernel-%)
	@packaging/build $(FLAVOURS)

# The "newer build" that the demo updates to: the same source with another
# release name, or, with KERNEL2=6.12.NN, another point release.
kernel-next: kernel
	@scripts/kernel-next $(KERNEL2)

# Ours, with checkpoint/criu-patches/ and checkpoint/criu/. Up to date, it prints nothing.
build/criu/.done: $(shell find checkpoint/criu-patches checkpoint/criu -type f) scripts/criu scripts/apply-series build/builder/.openve-builder
	@scripts/criu
	@touch $@

criu: build/criu/.done

images: user criu
	@tests/vm/image

templates: build/builder/.openve-builder
	@templates/build busybox debian-13-x86_64

# What the scripts on the nodes find at /share.
vm-share:
	@mkdir -p build/share
	@rm -rf build/share/vm build/share/clients
	@cp -a tests/vm build/share/vm
	@cp -a tests/clients build/share/clients
	@$(in_builder) make -s -C tests/attacks OUT=/openve/build/share/attacks
	@cp tests/attacks/hostile build/share/attacks/
	@$(in_builder) make -s -C tests/corpus OUT=/openve/build/share/corpus
	@cp tests/corpus/known build/share/corpus/
	@for c in hold vfork disk files resident ranges frames mapped; do $(in_builder) gcc -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -static \
		-o build/share/clients/$$c tests/clients/$$c.c || exit 1; done
	@$(in_builder) gcc -std=gnu17 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -shared -fPIC \
		-o build/share/clients/late-uid-map.so tests/clients/late-uid-map.c

demo: kernel kernel-next images vm-share
	@cp -f build/kernel/next/bzImage build/share/bzImage-next
	@tests/vm/run --nodes 2 --share build/share --kernel plain --timeout 1800 tests/vm/demo.sh
	@echo
	@echo "Go on by hand: 'make shell' boots two nodes and puts you on node1."

shell: kernel images vm-share
	@tests/vm/run --nodes 2 --share build/share --kernel plain --shell

check: builder
	@tests/check

soak: builder kernel-debug images
	@VM_TIMEOUT=14400 tests/check soak_attacks soak_faults_files soak_inputs soak_fuzz soak_hostile soak_rounds soak_faults soak_kasan soak_counts soak_cpu soak_corpus soak_podman soak_docker soak_software soak_migrate soak_workloads install soak_install soak_cloud soak_versions

kunit: kernel-debug selftests
	@tests/check kernel_tests

bench: kernel build/kernel/stock/.done
	@$(in_builder) make -s -C tests/bench OUT=/openve/build/bench
	@tests/bench/run $(PART)

selftests: build/builder/.openve-builder
	@echo "  TESTS   build/selftests"
	@$(in_builder) make -s -C tests/selftests/vz OUT=/openve/build/selftests
