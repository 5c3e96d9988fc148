# What all kinds of nodes share: the work folder and its end, finding a kernel,
# scanning a kernel log. Sourced by tests/vm/run.

die() {
	local status=$1
	shift
	echo "vm: $*" >&2
	exit "$status"
}

absolute() {
	case $1 in /*) echo "$1" ;; *) echo "$cd_from/$1" ;; esac
}

# A folder of this run alone below build/, so that the builder root sees it
# (at $inside), and an end that leaves neither files nor processes of ours.
children=()
new_work() {
	local left pid
	mkdir -p "$repo/build/vm"
	# what a run has left that was killed before its end
	for left in "$repo"/build/vm/run.*; do
		pid=${left##*/run.}
		kill -0 "${pid%%.*}" 2>/dev/null || rm -rf "$left"
	done
	work=$(mktemp -d "$repo/build/vm/run.$$.XXXXXX")
	inside=/openve/build/vm/${work##*/}
	mkfifo "$work/never"
	exec {never}<>"$work/never"
	trap finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# Polling without starting programs: the processors are busy with the nodes.
pause() {
	read -rt "$1" -u "$never" || :
}

# has WORD FILE: true when a line of FILE has WORD in it.
has() {
	local lines=()
	mapfile -t lines 2>/dev/null <"$2" || return 1
	[[ ${lines[*]} == *"$1"* ]]
}

finish() {
	local status=$? pid
	trap - EXIT
	for pid in "${children[@]}"; do
		kill -KILL "$pid" 2>/dev/null || :
	done
	wait 2>/dev/null || :
	rm -rf "$work"
	exit "$status"
}

# accelerator BZIMAGE: how QEMU runs nodes. Hardware virtualisation only when a
# kernel has booted with it: there are machines where /dev/kvm opens and the
# guest dies in an emulation error. The answer holds until this machine reboots.
# OPENVE_ACCEL=tcg or kvm decides without a probe.
accelerator() {
	local boot answer=tcg known=$repo/build/vm/accelerator
	boot=$(cat /proc/sys/kernel/random/boot_id)
	if [ -n "${OPENVE_ACCEL:-}" ]; then
		answer=$OPENVE_ACCEL
	elif [ "$(head -n 1 "$known" 2>/dev/null)" = "$boot" ]; then
		answer=$(tail -n 1 "$known")
	elif [ -w /dev/kvm ]; then
		OPENVE_ACCEL=kvm "$repo/tests/vm/run" --bare --kernel "$1" --timeout 30 \
			--out "$work/probe" "$lib/probe" >/dev/null 2>&1 </dev/null && answer=kvm
		printf '%s\n' "$boot" "$answer" > "$work/accelerator"
		mv "$work/accelerator" "$known"
	fi
	case $answer in
	kvm) echo kvm ;;
	*) echo tcg,thread=multi ;;
	esac
}

# Kernel arguments for emulated processors that may not run for seconds: what is
# reported then is this machine's load, not a bug.
patient="no_timer_check rcupdate.rcu_cpu_stall_timeout=180 workqueue.watchdog_thresh=180"

# find_kernel WORD_OR_PATH: prints the path of a bzImage.
find_kernel() {
	local image
	case $1 in
	ve)
		image=$repo/build/kernel/debug/arch/x86/boot/bzImage
		[ -f "$image" ] || image=$repo/build/kernel/plain/arch/x86/boot/bzImage
		;;
	plain | debug | kasan | stock | off | vm | cloud | amd64) image=$repo/build/kernel/$1/arch/x86/boot/bzImage ;;
	*) image=$(absolute "$1") ;;
	esac
	[ -f "$image" ] || die 2 "no kernel at $image"
	echo "$image"
}

# One word of shell for each argument, readable by any sh.
quote() {
	local arg
	for arg in "$@"; do
		printf " '%s'" "${arg//\'/\'\\\'\'}"
	done
}

# Prints the lines of a kernel log that must not be there; true if there are any.
log_trouble() {
	grep -aE '\bWARNING:|\bBUG:|\bBUG [[:graph:]]+ \(|Oops:|Oops |kernel BUG at|possible circular locking|possible recursive locking|inconsistent lock state|suspicious RCU usage|KASAN:|UBSAN:|general protection fault[,:]|Kernel panic|unable to handle|blocked for more than|rcu: INFO: rcu_.*detected|soft lockup|refcount_t:' "$@"
}
