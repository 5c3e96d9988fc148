# A host for vzctl without a kernel of ours: the programs of build/user inside the builder root, on
# a tmpfs that looks as if the kernel were ours. Commands that only look whether it is do all
# their work; no VE runs. To be sourced there, by bash, in a mount namespace of its own.
mkdir -p /vz /usr/share/openve /usr/lib/openve /real
cp -a /etc /tmp/etc && mount -t tmpfs t /etc && cp -a /tmp/etc/. /etc/
mount -t tmpfs -o mode=755 t /usr/share/openve
mount -t tmpfs -o mode=755 t /usr/lib/openve && cp build/user/vzctl-full /usr/lib/openve/vzctl
mount -t tmpfs -o mode=755 t /var/lib && mount -t tmpfs -o mode=755 t /run && mount -t tmpfs t /var/log
mkdir /tmp/bin && cp build/user/vz* /tmp/bin
PATH=/tmp/bin:$PATH
mount --bind /proc /real
mount -t tmpfs t /proc
for f in self thread-self sys mounts filesystems stat meminfo uptime cpuinfo; do ln -s /real/$f /proc/$f; done
mkdir /proc/vz && sed -n 's/^#define VE_KERNEL_VERSION\t*"\(.*\)"/\1/p' include/vz/abi.h >/proc/vz/version
mount -t tmpfs t /sys/fs/cgroup && echo "cpu io memory pids ve" >/sys/fs/cgroup/cgroup.controllers
mount -t tmpfs -o mode=755 t /vz
mkdir -p /etc/vz/{conf,names} /vz/{lock,dump,template/cache,private,root} /var/lib/vzctl
chmod 700 /vz/private /vz/root /vz/dump
cp templates/conf/vz.conf /etc/vz && cp templates/conf/*sample /etc/vz/conf

rootfs() { # DIR: something of each kind
	mkdir -p "$1"/{etc,bin,data/deep,dev} && printf 'ID=made-up\n' >"$1"/etc/os-release &&
		echo sh >"$1"/bin/sh && ln "$1"/bin/sh "$1"/bin/ash && ln -s sh "$1"/bin/bash &&
		chmod 4755 "$1"/bin/sh && mkfifo "$1"/data/pipe && mknod "$1"/dev/null c 1 3 &&
		truncate -s 1M "$1"/data/sparse && echo end >>"$1"/data/sparse &&
		python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.note", b"hello")' "$1"/data/deep && chown -R 5:6 "$1"/data
	printf 'root:x:0:0::/:/bin/sh\n' >"$1"/etc/passwd
	printf 'root:*:1::::::\n' >"$1"/etc/shadow
	echo old >"$1"/etc/hostname
}
must() { "$@" >/tmp/out 2>&1 || { not_ok "before all: $*" "$(cat /tmp/out)"; exit 1; }; }
