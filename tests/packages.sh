#!/bin/bash
# What can be said of packages without a machine: the same bytes when all that is
# compiled for the tools is compiled anew, names, versions, contents, lintian, what their
# scripts do. TAP.
#
# usage: tests/packages.sh               of dist/, after make deb
#        tests/packages.sh --quick       of packages of what is compiled, without a kernel and
#                                        without compiling anew, after make user criu templates
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
dist=dist quick=
[ "${1:-}" != --quick ] || quick=1 dist=build/deb/quick
n=0 bad=0
verdict() { # TEXT WHAT-IS-WRONG
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - packages: $1"
	else
		echo "not ok $n - packages: $1: $(echo "$2" | head -c 600)"
		bad=1
	fi
}
if [ -n "$quick" ]; then
	packaging/build -o $dist || exit 1
fi

same_bytes() {
	local again=build/deb/again kernels=() package wrong
	rm -rf $again build/deb/user
	for package in dist/linux-image-openve-*.deb; do
		package=${package##*/linux-image-openve-}
		kernels+=("${package%%_*}")
	done
	OPENVE_USER=build/deb/user packaging/build -o $again "${kernels[@]}" >build/deb/again.log 2>&1
	wrong=$?
	[ $wrong != 0 ] || wrong=$(diff -rq -x InRelease dist $again)
	verdict "two builds are the same bytes" "${wrong#0}"
	rm -rf $again build/deb/user
}
[ -n "$quick" ] || same_bytes

field() { dpkg-deb -f "$1" "$2"; }
wrong=
for package in $dist/*.deb; do
	version=$(field "$package" Version)
	dpkg --compare-versions "$version" gt "${version%[+]*}" || wrong+="$package: $version "
	dpkg --compare-versions "$version" lt "$version.1" || wrong+="$package: $version "
done
verdict "versions sort behind what they are made of" "$wrong"
kernel_name() {
	local image release
	image=$(echo $dist/linux-image-6.*-openve-vm_*.deb)
	release=$(dpkg-deb -c "$image" | sed -n 's,.*\./boot/vmlinuz-,,p')
	verdict "the kernel's package has its release's name" \
		"$([ "linux-image-$release" = "$(field "$image" Package)" ] || echo "$release")"
}
[ -n "$quick" ] || kernel_name
# With the headers that a package has a module can be built for that kernel.
builds_modules() { # PACKAGE
	local release work=build/deb/module wrong
	release=$(basename "$1") release=${release#linux-headers-} release=${release%%_*}
	rm -rf $work
	mkdir -p $work/module
	dpkg-deb -x "$1" $work/root
	printf 'obj-m := hello.o\n' >$work/module/Makefile
	printf '#include <linux/module.h>\n#include <linux/netdevice.h>\nMODULE_LICENSE("GPL");\n' >$work/module/hello.c
	printf 'static int __init hello(void) { return !dev_get_by_name(&init_net, "lo"); }\nmodule_init(hello);\n' >>$work/module/hello.c
	# where it is installed, nothing of the tree that it was made in is at hand
	wrong=$(scripts/in-builder sh -ec 'mount --bind "$1/root/usr/src" /usr/src; mkdir /tmp/module
		cp "$1"/module/* /tmp/module; mount -t tmpfs none /openve
		make -s -C "/usr/src/linux-headers-$2" M=/tmp/module modules && modinfo -F vermagic /tmp/module/hello.ko' sh $work "$release" 2>&1)
	[[ $wrong != "$release "* ]] || wrong=
	verdict "a module is built with the headers of $release" "$wrong"
	rm -rf $work
}
for package in $dist/linux-headers-6.*.deb; do [ ! -f "$package" ] || builds_modules "$package"; done
contents() { for package in $dist/*.deb; do dpkg-deb -c "$package"; done; }
wrong=$(dpkg-deb -c $dist/openve_*.deb | awk '$6 ~ /^\.\/vz\/./ && $1 !~ /^d/ { print $6 }')
verdict "the tools own no file below /vz" "$wrong"
verdict "nobody but root owns or writes anything, nothing is setuid" \
	"$(contents | awk '$2 != "root/root" || $1 ~ /^[^l].......w|^[^l]....w|s/ { print $1, $2, $6 }')"
verdict "of each folder of VEs only root sees what is in it" \
	"$(dpkg-deb -c $dist/openve_*.deb | awk '$6 ~ /^\.\/vz\/(private|root|dump)\/$/ && $1 == "drwx------" { n++ }
		END { if (n != 3) print n + 0 " of 3" }')"
verdict "the repository is signed" "$(grep -q 'BEGIN PGP SIGNATURE' $dist/InRelease || echo no)"

packaging/root
wrong=$(OPENVE_BUILDER=build/packaging scripts/in-builder sh -c \
	'lintian --fail-on error,warning "$1"/*.deb 2>&1 || echo "status $?"' sh $dist |
	grep -E '^[EW]:|^status' | head -n 20)
verdict "lintian has nothing that is not in packaging/*/overrides" "$wrong"
tests/install/scripts $dist || bad=1
exit $bad
