# Debian 13 nodes on one private LAN. Sourced by tests/vm/run.
#
# LAN: the nodes are a chain of unix sockets, node i connects to node i - 1; an
# inner node has a hub of its two neighbours and its own card. Management: a
# second card with user networking that is closed but for one port on loopback,
# which leads to the node's sshd. No node has a way out.

run_nodes() {
	local i status
	boot_nodes
	ssh_to 1
	if [ "$mode" = shell ]; then
		echo "node1 of $nodes; leave with exit. Kernel logs: $out/node*.log"
		"${ssh[@]:0:${#ssh[@]}-1}" -t "${ssh[-1]}" || :
		exit 0
	fi
	status=0
	"${ssh[@]}" "mkdir -p /run/openve && cd /run/openve && cat > ${script##*/} && chmod +x ${script##*/} &&
		cd /root && { /run/openve/${script##*/}$(quote "$@"); rc=\$?; echo script-exit \$rc > /dev/ttyS1; exit \$rc; }" \
		<"$script" &
	wait_for_script $! || status=$?
	if [ -e "$work/late" ]; then
		die 124 "no end after $limit s (logs: $out)"
	fi
	for ((i = 1; i <= nodes; i++)); do
		alive "$i" && continue
		tail -n 20 "$out/node$i.log" >&2
		echo "vm: node$i has died (log: $out/node$i.log)" >&2
		[ $status -ne 0 ] && [ $status -ne 255 ] || status=99
	done
	if log_trouble "$out"/node*.log >&2 && [ $status -eq 0 ]; then
		die 99 "a kernel complained (logs: $out/node*.log)"
	fi
	exit $status
}

# wait_for_script PID: its status; on timeout ends it and marks the run as late.
# The status comes over the second serial port too: ssh itself would wait for
# every process that the script has left behind with its output open.
wait_for_script() {
	local status=0 rest=50
	children+=("$1")
	while kill -0 "$1" 2>/dev/null; do
		if [ $SECONDS -ge "$limit" ]; then
			touch "$work/late"
			return 124
		fi
		if ! alive 1; then
			kill "$1" 2>/dev/null || :
		elif has script-exit "$work/ready1"; then
			[ $((rest--)) -gt 0 ] || kill "$1" 2>/dev/null || :
		fi
		pause 0.2
	done
	wait "$1" 2>/dev/null || status=$?
	if has script-exit "$work/ready1"; then
		status=$(sed -n 's/.*script-exit \([0-9]*\).*/\1/p' "$work/ready1")
	fi
	return "$status"
}

# The shared folder as a disk behind that of the modules; what node1 writes to /out stays there.
share_disk() {
	[ -n "$share" ] || return 0
	[ -f "$work/share.raw" ] || "$repo/scripts/in-builder" sh -ec 'mke2fs -q -F -t ext4 -m 0 -d "$1" "$2" \
		$(($(du -sk "$1" | cut -f1) * 9 / 8 + 8192))K' sh "${share/#"$repo"//openve}" "$inside/share.raw"
	folders+=(-drive "file=$inside/share.raw,if=virtio,format=raw,readonly=on")
	words+=" openve.share=vdc"
}

alive() { kill -0 "${qemu[$1]}" 2>/dev/null; }

boot_nodes() {
	local i disk=$repo/build/images/node.raw
	[ -f "$disk" ] || die 2 "no node image: run make images"
	mkdir -p "$out"
	rm -f "$out"/node*.log "$out/kernel.log"
	qemu=() images=() once_more=()
	accel=$(accelerator "$(find_kernel "${kernel:-ve}")")
	for ((i = 1; i <= nodes; i++)); do
		images[i]=$(find_kernel "${kernels[$i]:-${kernel:-ve}}")
		cp "${images[$i]}" "$work/bzImage$i"
		start_node "$i" "${images[$i]}"
	done
	for ((i = 1; i <= nodes; i++)); do
		wait_for_node "$i"
	done
}

start_node() {
	local i=$1 image=$2 words net=() folders=()
	words="root=/dev/vda rw console=ttyS0 panic=-1 $patient net.ifnames=0 memmap=512M!1G"
	words+=" systemd.hostname=node$i systemd.machine_id=$(printf '%032x' $((0x77000 + i)))"
	words+=" systemd.show_status=0 openve.node=$i"

	if modular "$image"; then
		prepare_modules "$image"
		cp "$built/node/initrd" "$work/initrd$i"
		folders+=(-initrd "$inside/initrd$i" -drive
			"file=/openve/${built#"$repo"/}/node/modules.raw,if=virtio,format=raw,readonly=on")
	fi
	if ! shares_folders "$image"; then
		share_disk
	elif [ -n "$share" ]; then
		folders+=(-virtfs "local,path=/mnt,mount_tag=share,security_model=none,readonly=on,multidevs=remap")
		words+=" openve.share"
	fi
	if [ "$i" = 1 ] && shares_folders "$image"; then
		folders+=(-virtfs "local,path=/media,mount_tag=out,security_model=none")
		words+=" openve.out"
	fi

	local up="stream,id=up,server=off,reconnect-ms=100,addr.type=unix,addr.path=$inside/lan$((i - 1))"
	local down="stream,id=down,server=on,addr.type=unix,addr.path=$inside/lan$i"
	if [ "$nodes" = 1 ]; then
		net=(-netdev hubport,id=lan,hubid=0)
	elif [ "$i" = 1 ]; then
		net=(-netdev "${down/id=down/id=lan}")
	elif [ "$i" = "$nodes" ]; then
		net=(-netdev "${up/id=up/id=lan}")
	else
		net=(-netdev "$up" -netdev "$down" -netdev hubport,id=lan,hubid=0
			-netdev hubport,id=h1,hubid=0,netdev=up
			-netdev hubport,id=h2,hubid=0,netdev=down)
	fi

	unshare --mount --propagation private -- sh -ec '
		[ -z "$2" ] || mount --bind "$2" "$1/mnt"
		mount --bind "$3" "$1/media"
		shift 3
		exec "$@"' sh "$builder" "$share" "$out" \
		"$repo/scripts/in-builder" sh -ec '
		cd "$1"
		qemu-img create -q -f qcow2 -F raw -b /openve/build/images/node.raw "disk$2"
		shift 2
		exec setpriv --pdeathsig KILL "$@"' sh "$inside" "$i" \
		qemu-system-x86_64 -accel "$accel" -cpu "${cpus[$i]:-max,la57=off}" -smp 2 -m 2560 \
		-nodefaults -display none "${reboot[@]}" \
		-drive "file=disk$i,if=none,id=disk,format=qcow2,cache=unsafe,discard=unmap" \
		-device virtio-blk-pci,drive=disk \
		"${net[@]}" -device "virtio-net-pci,netdev=lan,romfile=,mac=52:54:00:77:00:0$i" \
		-netdev user,id=mgmt,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:0-10.0.2.15:22 \
		-device "virtio-net-pci,netdev=mgmt,romfile=,mac=52:54:00:78:00:0$i" \
		"${folders[@]}" -device virtio-rng-pci \
		-serial "file:/media/node$i.log" -serial "file:$inside/ready$i" \
		-monitor "unix:$inside/monitor$i,server=on,wait=off" \
		-kernel "$inside/bzImage$i" -append "$words$append" \
		</dev/null >"$work/qemu$i.err" 2>&1 &
	qemu[i]=$!
	children+=($!)
}

# Has the emulator found a fault of its own while the node set up its devices? QEMU's memory map
# and two emulated processors do that now and then. Once a node: what comes back is a fault of ours.
failed() {
	[ -z "${once_more[$1]-}" ] && grep -qE 'Assertion .* failed' "$work/qemu$1.err" || return
	once_more[$1]=1
	echo "vm: the emulator of node$1 has failed, it is started once more" >&2
}

wait_for_node() {
	local i=$1
	until has ready "$work/ready$i"; do
		if ! alive "$i" && failed "$i"; then
			start_node "$i" "${images[$i]}"
		elif ! alive "$i" || [ $SECONDS -ge $boot_limit ]; then
			cat "$work/qemu$i.err" >&2
			tail -n 20 "$out/node$i.log" >&2
			die 125 "node$i did not boot in $SECONDS s (log: $out/node$i.log)"
		fi
		pause 0.1
	done
	until find_port "$i"; do
		[ $SECONDS -lt $boot_limit ] || die 125 "node$i has no management port"
		pause 0.5
	done
}

# Sets port[N]. An emulator whose processors are busy may not answer in time: false then.
find_port() {
	port[$1]=$("$repo/scripts/in-builder" sh -c \
		'echo info usernet | socat -t 2 - "UNIX-CONNECT:$1"' sh "$inside/monitor$1" |
		tr -d '\r' | sed -n 's/.*HOST_FORWARD.* 127\.0\.0\.1 *\([0-9]*\) .*/\1/p')
	[ -n "${port[$1]}" ]
}

# ssh_to N: fills the array ssh with a command that logs in on node N.
ssh_to() {
	ssh=("$repo/scripts/in-builder" ssh -q -F none -i build/images/keys/id_ed25519
		-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
		-o ServerAliveInterval=20 -o ServerAliveCountMax=6
		-p "${port[$1]}" root@127.0.0.1)
}
