# shellcheck shell=bash disable=SC2154
# The suites of tests/check, a function each: suite_NAME writes TAP lines. To be sourced.
# $logs is where output is kept, $make how make is called.

suite_unit() { $make unit && tests/lint-paths; }
# What needs no kernel of ours: options, damaged configurations, locks, templates, bad words.
suite_contract() {
	local status=0 t
	$make user sane || return
	for t in tests/commands tests/contract tests/inputs/run; do "$t" || status=1; done
	return $status
}
# Commands that change files of VEs, hit at some of their steps.
suite_faults() {
	local status=0 t
	$make user || return
	for t in leftovers increments damage places walk; do tests/faults/$t || status=1; done
	return $status
}
# Hostile input for what reads files, images and frames; longer in soak.
suite_fuzz() { $make user && make --no-print-directory fuzz; }
suite_patches() {
	local status=0
	kernel-patches/lint || status=1
	kernel-patches/lint criu && return $status
}
# The hand-over of a VE: every order of steps and faults.
suite_model() { scripts/builder-root && scripts/in-builder tests/models/run; }
suite_form() {
	local status=0
	tests/form || status=1
	$make user && scripts/in-builder tests/speed/run && scripts/in-builder tests/recipe-setting || status=1
	return $status
}
# Images are mostly downloads: they are made beside the kernel, so without the lock of $make;
# so is lintian's root.
suite_kernel() {
	local status
	{ make --no-print-directory images; packaging/root; } >"$logs/images-ahead.log" 2>&1 &
	$make kernel-debug && echo "ok - the debug kernel builds"
	status=$?
	# their "not ok" lines count; suites that need the kernel run all the same
	[ $status != 0 ] || { tests/layers-kernel; tests/recipes-kernel; tests/sparse; }
	wait
	return $status
}
suite_images() { $make images && echo "ok - the node image and the templates build"; }
suite_off() { scripts/in-builder kernel-patches/off-means-stock; }
suite_debian() { scripts/kernel-source config && scripts/in-builder kernel-patches/check-debian; }
# And what becomes of files that a host's command line takes the sense from.
suite_kernel_tests() {
	local status=0 options=(--append cgroup_disable=pressure)
	kernel_tests debug pressure 600 || status=1
	options=()
	kernel_tests debug '*' 4500 && return $status
}
suite_runner() { tests/runner.sh; }
suite_stock() { tests/stock.sh; }
# Packages without a kernel: contents, lintian, what their scripts do to a host.
suite_packages() { $make user criu templates && tests/packages.sh --quick; }
# Our packages on a stock Debian 13; the kernel that is packaged is built ahead.
suite_install() {
	local status
	while [ -n "$ahead" ] && kill -0 "$ahead" 2>/dev/null; do sleep 1; done
	$make deb || return
	tests/packages.sh
	status=$?
	tests/install.sh && return $status
}
suite_node() { vm 1 "$logs/node" tests/vm/one-node.sh vzctl words old host service veth machine walls filter ubc; }
suite_store() { vm 1 "$logs/store" tests/vm/one-node.sh backup disk overlay layout rename snapshot checkpoint criu criu_dies; }
# An attack on a limit for each way to attack, a second each; shares of CPU are not measured.
suite_attacks() { vm 1 "$logs/attacks" tests/vm/attacks.sh --quick --first; }
# Each tool against VEs of tests/attacks/hostile: one for each kind of wait.
suite_hostile() { vm 1 "$logs/hostile" tests/vm/hostile.sh poweroff fifos leases frozen mounts; }
# Each state that a process can be in, all in one VE; what is known not to pass is a TODO.
suite_corpus() {
	local status=0
	corpus_self || status=1
	vm 1 "$logs/corpus" tests/vm/corpus.sh || status=1
	return $status
}
suite_migrate() {
	local options=(--reset)
	vm 2 "$logs/migrate" tests/vm/migrate.sh
}
suite_nodes() {
	local options=(--reset)
	vm 2 "$logs/nodes" tests/vm/two-nodes.sh
}
suite_versions() { kernel-patches/check-versions --build none; }

# Too long for every run.
suite_soak_migrate() { vm 2 "$logs/soak_migrate" tests/vm/soak.sh; }
# What customers run, at work over 20 moves.
suite_soak_workloads() {
	local large_nodes=2
	large debian-13-workloads "$logs/soak_workloads" tests/vm/workloads.sh
}
# Each process, link, disk and node, at each step of each way to move.
suite_soak_kills() { VM_TIMEOUT=30000 vm 2 "$logs/soak_kills" tests/vm/soak.sh PARTS=matrix MATRIX=all; }
# 10,000 random rounds also of the rows that take the kernel a while.
suite_soak_rounds() { kernel_tests debug '{ucount,numaio,numnetif,numiptent,numproc}' 3600 ROUNDS=10000; }
# Each place at which a call can fail does, on both kernels that can do that.
suite_soak_faults() {
	local status=0
	kernel_tests debug 'faults*' 7200 FAULTS=all || status=1
	$make kernel-kasan && kernel_tests kasan 'faults*' 14400 FAULTS=all && return $status
}
# All selftests with memory errors, leaks and undefined behaviour looked for.
suite_soak_kasan() { $make kernel-kasan && kernel_tests kasan '*' 7200; }
# Limits and counts over restores, row by row.
suite_soak_counts() { vm 1 "$logs/soak_counts" tests/vm/one-node.sh counts; }
# What is large gets a template of its own, which is built for it and put into the image.
large() { # TEMPLATE OUT SCRIPT [ARG...]
	templates/build "$1" && $make images && vm "${large_nodes:-1}" "${@:2}"
}
# Containers in a VE with nesting.
suite_soak_podman() { large debian-13-podman "$logs/soak_podman" tests/vm/containers.sh podman; }
suite_soak_docker() { large debian-13-docker "$logs/soak_docker" tests/vm/containers.sh docker; }
# Servers of every kind, tools, and tunnels between two VEs; over a dump and a restart.
suite_soak_software() {
	local status=0
	large debian-13-software "$logs/soak_software" tests/vm/software.sh || status=1
	vm 1 "$logs/soak_software_more" tests/vm/software-more.sh && return $status
}
# Where the files of VEs are: killed at each single step of each command.
suite_soak_kills_disk() { vm 1 "$logs/soak_kills" tests/vm/one-node.sh kills; }
suite_soak_cpu() {
	local options=(--cpu "2=max,la57=off,rdseed=off,adx=off")
	vm 2 "$logs/soak_cpu" tests/vm/cpu.sh
}
# All attacks, long enough to measure the shares of the others.
suite_soak_attacks() { vm 1 "$logs/soak_attacks" tests/vm/attacks.sh; }
# All of them, deep and wide trees and starved VEs among them.
suite_soak_hostile() { vm 1 "$logs/soak_hostile" tests/vm/hostile.sh; }
# A VE for each state; then over moves, and over kernel updates.
suite_soak_corpus() {
	local status=0
	vm 1 "$logs/soak_corpus" tests/vm/corpus.sh --each || status=1
	vm 2 "$logs/soak_corpus_migrate" tests/vm/corpus.sh --migrate || status=1
	vm 2 "$logs/soak_corpus_reboot" tests/vm/corpus.sh --reboot || status=1
	return $status
}
# All of their steps, each with all faults.
suite_soak_faults_files() {
	local status=0
	$make user || return
	tests/faults/damage --all || status=1
	tests/faults/walk --all && return $status
}
# All commands, options, states and kinds of values.
suite_soak_inputs() { $make user sane && tests/inputs/run --all; }
suite_soak_fuzz() { scripts/in-builder make --no-print-directory fuzz-inside FUZZ_RUNS=30000000; }
# The install test with a kernel of modules.
suite_soak_install() { $make deb FLAVOURS="vm cloud" && tests/install.sh cloud; }
# What one node and two nodes show, on the kernel that clouds get, with its modules.
suite_soak_cloud() {
	local status=0 kernel=cloud options=()
	$make kernel-cloud && scripts/in-builder tests/vm/lib/modules-inside build/kernel/cloud || return
	vm 1 "$logs/soak_cloud" tests/vm/one-node.sh || status=1
	options=(--reset)
	vm 2 "$logs/soak_cloud_nodes" tests/vm/two-nodes.sh || status=1
	vm 2 "$logs/soak_cloud_migrate" tests/vm/migrate.sh && return $status
}
suite_soak_versions() { kernel-patches/check-versions --build all; }

# Every state verifies what it set up, and sees it when that is spoilt.
corpus_self() {
	$make vm-share && unshare --mount --pid --fork --net --ipc --uts sh -c '
		mount -t proc proc /proc && ip link set lo up && d=$(mktemp -d /var/tmp/corpus.XXXXXX) &&
		build/share/corpus/corpus self "$d"
		status=$?
		rm -rf "$d"
		exit $status'
}

kernel_tests() { # KERNEL SELFTESTS SECONDS [NAME=VALUE...]
	local kernel=$1 t files=() names=$2 limit=$3
	shift 3
	$make selftests || return
	shopt -s extglob
	for t in $(eval "echo build/selftests/${names}_test"); do
		files+=(--file "$t:/selftests/${t##*/}")
	done
	tests/vm/run --bare --kernel "$kernel" --timeout "$limit" --append kunit.enable=1 \
		--out "$logs/kernel_$kernel" "${options[@]}" "${files[@]}" tests/vm/kernel.sh "$@"
}

# Each run has a folder of its own at /share: the next one makes it anew. kernel=NAME vm ...: of
# the nodes, and the one that they enter.
options=()
vm() { # NODES OUT SCRIPT [ARG...]; options: of tests/vm/run
	local share=$2.share status
	mkdir -p "$2" && rm -rf "$share" && share_for "$share" || return
	tests/vm/run --nodes "$1" --share "$share" --kernel "${kernel:-debug}" --timeout "${VM_TIMEOUT:-4500}" \
		--out "$2" "${options[@]}" "${@:3}"
	status=$?
	rm -rf "$share"
	return $status
}
share_for() { # FOLDER
	flock "$logs/share.lock" sh -c "$make vm-share && cp -a build/share '$1'" &&
		cp "build/kernel/${kernel:-debug}/arch/x86/boot/bzImage" "$1/bzImage" || return
	[ ! -f "build/kernel/${kernel:-debug}/node/initrd" ] || {
		cp "build/kernel/$kernel/node/initrd" "$1/initrd"
		cp "build/kernel/$kernel/.config" "$1/config"
	}
}
