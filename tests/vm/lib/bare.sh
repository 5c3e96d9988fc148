# A bare node: an initramfs of busybox and the script. Its output leaves by the
# second serial port, whose last line is the status; the first one is the
# kernel's console. Sourced by tests/vm/run.

run_bare() {
	local image root=$work/root status words pair machine

	image=$(find_kernel "${kernel:-plain}")
	cp "$image" "$work/bzImage"
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,etc,root,run,mnt}
	cp "$builder/bin/busybox" "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	mknod "$root/dev/console" c 5 1
	cp "$lib/bare-init" "$root/init"
	cp "$script" "$root/script"
	chmod +x "$root/init" "$root/script"
	quote "$@" > "$root/args"
	for pair in "${files[@]}"; do
		[[ $pair == *:/* ]] || die 2 "--file wants HOSTPATH:GUESTPATH, not $pair"
		mkdir -p "$root$(dirname "${pair#*:}")"
		cp -L "$(absolute "${pair%%:*}")" "$root${pair#*:}"
	done

	words="console=ttyS0 panic=-1 $patient rdinit=/init$append"
	if [ "$mode" = bare ]; then
		machine=(-accel "$(accelerator "$image")" -smp "${nr_cpus:-2}")
	else
		machine=(-accel tcg,thread=single -smp "${nr_cpus:-1}" -icount shift=0,sleep=off -seed 1
			-rtc base=2026-01-01,clock=vm)
		words+=" nokaslr norandmaps"
	fi
	mkdir -p "$out"
	mkfifo "$work/output"
	"$repo/scripts/in-builder" sh -c '
		cd "$1"/root && find . | cpio -o -H newc --quiet > ../initramfs && cd .. && rm -rf root
		shift
		exec "$@"' sh "$inside" \
		qemu-system-x86_64 "${machine[@]}" "${plugin[@]}" -cpu max,la57=off -m 1536 \
		-nodefaults -display none -no-reboot -monitor none \
		-serial file:"$inside/kernel.log" -serial stdio \
		-kernel "$inside/bzImage" -initrd "$inside/initramfs" -append "$words" \
		</dev/null >"$work/output" 2>"$work/qemu.err" &
	local qemu=$!
	children+=("$qemu")

	relay <"$work/output" || touch "$work/late"
	[ -e "$work/late" ] && kill -KILL "$qemu"
	wait "$qemu" 2>/dev/null || :
	cp "$work/kernel.log" "$out/kernel.log" 2>/dev/null || :
	if [ -e "$work/late" ]; then
		die 124 "no end after $limit s (kernel log: $out/kernel.log)"
	elif [ ! -e "$work/booted" ]; then
		cat "$work/qemu.err" >&2
		tail -n 20 "$out/kernel.log" >&2 || :
		die 125 "the node did not boot (kernel log: $out/kernel.log)"
	elif [ ! -e "$work/status" ]; then
		tail -n 20 "$out/kernel.log" >&2
		die 99 "the node died while the script ran (kernel log: $out/kernel.log)"
	fi
	status=$(cat "$work/status")
	if log_trouble "$out/kernel.log" >&2 && [ "$status" -eq 0 ]; then
		die 99 "the kernel complained (log: $out/kernel.log)"
	fi
	exit "$status"
}

# Pass on the script's output; keep its frame (see bare-init) for us. False when
# the time is up before the node has gone.
relay() {
	local line rc end=$'\n'
	while [ -n "$end" ]; do
		[ $SECONDS -lt "$limit" ] || return 1
		rc=0
		IFS= read -r -t $((limit - SECONDS)) line || rc=$?
		[ $rc -le 128 ] || { printf %s "$line"; return 1; }
		[ $rc -eq 0 ] || end=''
		line=${line%$'\r'}
		if [ "$line" = '@openve-start' ]; then
			touch "$work/booted"
		elif [[ $line =~ ^(.*)@openve-exit\ ([0-9]+)$ ]]; then
			printf %s "${BASH_REMATCH[1]}"
			echo "${BASH_REMATCH[2]}" > "$work/status"
		else
			printf '%s%s' "$line" "$end"
		fi
	done
	return 0
}
