# shellcheck shell=bash
# The commands that change files of VEs, and what there is before each. To be sourced behind
# host.sh.

# --- what there is before
kept="/vz /etc/vz /var/lib/vzctl"
rootfs /tmp/rootfs && tar -C /tmp/rootfs --xattrs -cf /tmp/rootfs.tar . || exit 1
u=11111111-2222-3333-4444-555555555555
keep() { rm -rf "/tmp/base/$1" && mkdir -p "/tmp/base/$1" && cp -a --parents $kept "/tmp/base/$1"; }
put() {
	umount -l /vz/root/* /vz/private/*/* 2>/dev/null
	rm -rf /vz/* /etc/vz/* /var/lib/vzctl/* /run/* /tmp/vz* && cp -a "/tmp/base/$1"/. /
}
must vztmpl import small /tmp/rootfs.tar
keep none
must vzctl create 101 --ostemplate small --name web --hostname first
printf '#!/bin/sh\n' >/etc/vz/conf/101.mount && chmod 755 /etc/vz/conf/101.mount
must vzctl export 101 /vz/a.ve
keep one
rm /vz/private/101/bin/ash && chmod 600 /vz/private/101/data/sparse && ln /vz/private/101/bin/sh /vz/private/101/data/hard
must vzctl export 101 --base /vz/a.ve /vz/a2.ve
keep increment
must vzctl snapshot 101 --id $u --name first
echo later >/vz/private/101/data/later
must vzctl set 101 --hostname second --save
keep snapshot
put one && must vzctl unregister 101 && keep apart
put none && must vzctl create 101 --ostemplate small --layout overlay && keep overlay

# All that there is. The lock of somebody who has died is nothing: the next one takes it. What an archive is is for import to say; dates and digests of dates are not compared.
state() {
	local f
	find $kept /run ! -path '*/lock' -printf '%p %y %m %U:%G %n %l\n' | sed 's/-[0-9a-f]\{64\} / /; s/^\(.*\/work\/\)#[0-9a-f]* /\1 /; ' | grep -v '\.lck \|/template/overlay/\.[^ ]* l' | sort
	find $kept -type f ! -name '*.ve' ! -name '*.json' ! -name '*.tar.zst' ! -name info.json ! -path '*/cache/*' ! -path '*/etc/shadow*' ! -name '*.lck' -exec md5sum {} + | sort -k 2
	find $kept -path '*/etc/shadow*' -exec sed 's/\$[^:]*/hash/' {} +
	for f in $(find /vz -name '*.ve' | sort); do zstd -qdc "$f" | tar tvf - 2>&1 | awk '{ print $1, $2, $6 }'; done
	for f in $(find /vz -name '*.tar.zst' | sort); do vztmpl verify "$(basename "$f" .tar.zst)" >/dev/null || echo "$f is not whole"; done
	find /tmp -maxdepth 1 -name 'vz*'
	grep -o ' /vz/[^ ]*' /real/self/mounts
}

# NAME, what there is before, exit codes that say "done already", command
table() {
	cat <<-T
	create none 44 vzctl create 103 --ostemplate small --name new --hostname host
	create-overlay none 44 vzctl create 103 --ostemplate small --layout overlay
	destroy snapshot 14 vzctl destroy 101
	export one 21 vzctl export 101 /vz/b.ve
	export-overlay overlay 21 vzctl export 101 /vz/b.ve
	import one 44 vzctl import 103 /vz/a.ve
	export-increment snapshot 21 vzctl export 101 --base /vz/a2.ve /vz/b.ve
	import-increment increment 44 vzctl import 103 /vz/a.ve /vz/a2.ve
	snapshot snapshot 21 vzctl snapshot 101 --id 22222222-2222-3333-4444-555555555555
	snapshot-switch snapshot 0 vzctl snapshot-switch 101 --id $u
	snapshot-delete snapshot 21 vzctl snapshot-delete 101 --id $u
	clone one 44 vzctl clone 101 103 --name twin
	move one 0 vzctl move 101 /vz/private/there/101
	rename one 14 vzctl rename 101 103
	convert one 0 vzctl convert 101 --layout overlay
	convert-back overlay 0 vzctl convert 101 --layout dir
	unregister one 14 vzctl unregister 101
	register apart 44 vzctl register /vz/private/101 101
	set one 0 vzctl set 101 --numproc 5 --name other --hostname another --userpasswd root:secret --save
	template none 21 vztmpl import second /tmp/rootfs.tar
	T
}

again() { # WANT DONE COMMAND...: a second call sets it right
	local want=$1 codes=$2 got=0
	shift 2
	timeout 60 "$@" >/tmp/again 2>&1 </dev/null || got=$?
	[[ " 0 $codes " == *" $got "* ]] || { echo "again: exit $got: $(tail -n 2 /tmp/again)"; return 1; }
	state >/tmp/now
	cmp -s "$want" /tmp/now || { echo "again: exit $got, then $(diff "$want" /tmp/now | grep '^[<>]' | head -n 4)"; return 1; }
}
