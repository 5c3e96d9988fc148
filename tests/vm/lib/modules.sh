# Kernels of modules: what a node needs beside the image. Sourced by nodes.sh.
#
# The initramfs loads what udev would on a machine (a node has none), mounts the root and
# the disk of all modules, and goes on with the node's init. The rest comes when it is
# asked for, by modprobe. Both lie beside the kernel, as long as that is the same.

# modular BZIMAGE: its folder has modules; it is left in $built.
modular() {
	built=${1%/arch/x86/boot/bzImage}
	[ "$built" != "$1" ] && grep -qs '^CONFIG_MODULES=y' "$built/.config"
}

# Does the kernel know the file system of shared folders?
shares_folders() {
	! modular "$1" || grep -q '^CONFIG_9P_FS=[ym]' "$built/.config"
}

# prepare_modules BZIMAGE: makes $built/node/initrd and $built/node/modules.raw.
prepare_modules() {
	modular "$1" || return 0
	[ "$built/node/initrd" -nt "$1" ] && [ "$built/node/initrd" -nt "$lib/modules-inside" ] && return
	"$repo/scripts/in-builder" tests/vm/lib/modules-inside "${built#"$repo"/}" ||
		die 2 "cannot make an initramfs of $built"
}
