#!/bin/bash
# Packet filters of a VE by the programs of Debian: nft, iptables on nftables and iptables
# of old, each for both families; that they filter, at each level of --netfilter, and that
# a checkpoint brings them along. Runs on node1, with a busybox VE that gets its programs.
suite=filter
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh

four=10.77.1.94 six=fd77::1:94
work=$(mktemp -d)
trap 'vzctl stop 940 --fast; vzctl destroy 940; rm -rf "$work"' EXIT >/dev/null
root=/vz/private/940
inside() { vzctl exec2 940 "export PATH=\$PATH:/usr/sbin; $1" 2>&1 </dev/null; }
works() { # NAME COMMAND
	local out
	if out=$(inside "$2"); then ok "$1"; else not_ok "$1" "$out"; fi
}
refused() { # NAME COMMAND
	local out
	if out=$(inside "$2"); then not_ok "$1" "it works"; else has "$1" 'not permitted|denied' "$out"; fi
}
gets() { [ "$(curl -sg --max-time 90 "http://$1/word")" = served ]; }
cannot() { curl -sg --max-time 90 -o /dev/null "http://$1/word"; [ $? = "$2" ]; }
rules() { # all that there is, without what moves
	inside 'nft list ruleset 2>/dev/null; for i in iptables ip6tables; do $i-nft-save
			for t in filter mangle nat; do $i-legacy-save -t $t; done; done' |
		grep -v '^#' | sed -E 's/expires [0-9a-z]+//g; s/(packets|bytes) [0-9]+//g; s/\[[0-9]+:[0-9]+\]//; s/# Warning.*//'
}

vzctl --quiet create 940 --ostemplate busybox --hostname filter940 --ipadd $four --ipadd $six ||
	not_ok "create" failed
for p in nft xtables-nft-multi xtables-legacy-multi; do
	echo /usr/sbin/$p
	ldd /usr/sbin/$p | grep -oE '/[^ ]+'
done | sort -u | while read -r f; do
	mkdir -p "$root${f%/*}"
	cp -L "$f" "$root$f"
done
cp -L /lib/x86_64-linux-gnu/libm.so.6 $root/lib/x86_64-linux-gnu/
mkdir -p $root/usr/lib/x86_64-linux-gnu
cp -a /usr/lib/x86_64-linux-gnu/xtables $root/usr/lib/x86_64-linux-gnu/
for kind in nft legacy; do
	for p in iptables ip6tables; do
		for s in '' -save -restore; do ln -s xtables-$kind-multi $root/usr/sbin/$p-$kind$s; done
	done
done
echo served >$root/srv/word
# A firewall as an administrator writes it, and what fail2ban adds to it.
cat >$root/root/nft.rules <<'END'
table inet fw {
	counter hits { comment "named" }
	quota once { over 10 mbytes }
	limit slow { rate 10/second burst 5 packets }
	set nets { type ipv4_addr; flags interval; auto-merge; elements = { 192.0.2.0/25, 198.51.100.4-198.51.100.9, 203.0.113.77 } }
	set pairs { type ipv4_addr . inet_service; flags interval; elements = { 192.0.2.0/24 . 22-25, 10.9.9.9 . 80 } }
	set seen { type ipv4_addr; size 100; flags dynamic,timeout; timeout 1h; }
	map ports { type inet_service : verdict; elements = { 25 : drop, 26 : jump mail } }
	map where { type ipv4_addr : inet_service; elements = { 10.9.9.1 : 80 } }
	chain mail {
		counter return
	}
	chain in {
		type filter hook input priority filter; policy accept;
		ct state vmap { established : accept, related : accept, invalid : drop }
		iif lo accept comment "of its own"
		ip saddr @nets counter drop
		ip saddr . tcp dport @pairs drop
		tcp dport vmap @ports
		tcp dport 9 jump { ip saddr 10.0.0.0/8 counter reject with tcp reset; counter drop; }
		tcp dport { 8081, 8082 } add @seen { ip saddr limit rate over 1000/minute } drop
		meta l4proto tcp counter name hits
		tcp dport 82 log prefix "refused: " level info reject with icmpx type port-unreachable
		meta mark set 0x5 ct mark set meta mark
		ct count over 1000 drop
	}
}
table ip fwnat {
	chain pre {
		type nat hook prerouting priority dstnat;
		tcp dport 8081 redirect to :80
		tcp dport 8082 dnat to 10.77.1.94:80
	}
	chain post {
		type nat hook postrouting priority srcnat;
		oifname "venet1" masquerade fully-random
	}
}
# as firewalld makes them; and a list of those who are not welcome
table inet kept {
	flags owner, persist
	set many {
		type ipv4_addr
		flags interval
	}
	chain in {
		type filter hook input priority filter + 5; policy accept;
		ip saddr @many drop
	}
}
table ip6 fwnat {
	chain pre {
		type nat hook prerouting priority dstnat;
		tcp dport 8081 redirect to :80
	}
}
END
cat >$root/root/fail2ban.rules <<'END'
add table inet f2b-table
add chain inet f2b-table f2b-chain { type filter hook input priority -1 ; }
add set inet f2b-table addr-set-web { type ipv4_addr ; flags timeout ; }
add rule inet f2b-table f2b-chain tcp dport { 80,8081 } ip saddr @addr-set-web reject with tcp reset
END
# More than a socket takes at once unless it is told to.
{
	echo 'add element inet kept many {'
	for ((i = 0; i < 6000; i++)); do echo "172.16.$((i / 100)).$((i % 100 * 2)),"; done
	echo '}'
} >$root/root/many.rules
# The kinds of rules that ufw has.
ufw() { # 4 or 6
	local type=destination-unreachable hop='-m ttl --ttl-eq 255'
	[ "$1" = 4 ] || hop='-m hl --hl-eq 255' type=neighbor-solicitation
	cat <<-END
	*nat
	-A PREROUTING -p tcp --dport 8083 -j REDIRECT --to-ports 80
	-A POSTROUTING -o venet1 -j MASQUERADE
	COMMIT
	*mangle
	-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
	-A PREROUTING -i venet1 -j CONNMARK --save-mark
	-A PREROUTING -i venet1 -j MARK --set-xmark 0x1/0xffffffff
	COMMIT
	*filter
	:ufw-limit - [0:0]
	:ufw-log - [0:0]
	-A INPUT -i lo -j ACCEPT
	-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	-A INPUT -m state --state INVALID -m comment --comment "not known" -j ufw-log
	-A INPUT -p $([ "$1" = 4 ] && echo "icmp --icmp-type" || echo "icmpv6 --icmpv6-type") $type $hop -j ACCEPT
	-A INPUT -p tcp -m tcp --dport 83 -j REJECT --reject-with tcp-reset
	-A INPUT -p tcp -m multiport --dports 84:86,90 -j DROP
	-A INPUT -p tcp -m multiport --dports 22,84:86 -m conntrack --ctstate NEW -m recent --set
	-A INPUT -p tcp -m tcp --dport 22 -m recent --update --seconds 30 --hitcount 6 -j ufw-limit
	-A INPUT -p tcp -m tcp --dport 87 --syn -m connlimit --connlimit-above 50 -j DROP
	-A INPUT -p udp -m hashlimit --hashlimit-name u --hashlimit-above 500/sec -j DROP
	-A INPUT -m addrtype --dst-type LOCAL -j RETURN
	-A OUTPUT -m owner --uid-owner 33 -p tcp --dport 25 -j REJECT
	-A ufw-limit -m limit --limit 3/min -j LOG --log-prefix "[UFW LIMIT BLOCK] "
	-A ufw-limit -j REJECT
	-A ufw-log -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW BLOCK] "
	COMMIT
	END
}
ufw 4 >$root/root/ufw4
ufw 6 >$root/root/ufw6
check "room for the list" vzctl set 940 --numiptent 20000:20000 --save
check "start" vzctl start 940

# --- each makes its rules, and reads what it wrote
works "nft takes a firewall" 'nft -f /root/nft.rules'
works "and what fail2ban adds" 'nft -f /root/fail2ban.rules'
works "and a long list" 'nft -f /root/many.rules'
works "flush and load what was listed" \
	'nft list ruleset >/root/all && nft flush ruleset && [ -z "$(nft list ruleset)" ] && nft -f /root/all'
for p in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
	v=4
	[[ $p == iptables* ]] || v=6
	works "$p-restore takes ufw's rules" "$p-restore </root/ufw$v"
	works "$p-save | $p-restore changes nothing" \
		"$p-save | grep -v '^#' >/root/1 && $p-save | $p-restore && $p-save | grep -v '^#' | diff /root/1 -"
done

# --- they filter
check "a port is served" gets $four
check "redirect" gets $four:8081
check "dnat" gets $four:8082
check "redirect, IPv6" gets "[$six]:8081"
check "redirect by iptables, IPv6" gets "[$six]:8083"
check "reject" cannot $four:82 7
has "LOG comes to the VE's log" 'refused: IN=venet0 .*DPT=82' "$(inside dmesg)"
check "a chain within a rule" cannot $four:9 7
check "reject by iptables" cannot "[$six]:83" 7
works "fail2ban bans" 'nft add element inet f2b-table addr-set-web { 10.77.0.1 timeout 1h }'
check "who is banned" cannot $four:8081 7
least "a named counter counts" 4 "$(inside 'nft list counter inet fw hits' | sed -n 's/.*packets \([0-9]*\).*/\1/p')"

# --- and come along, as do connections that were there before a rule
exec 3<>/dev/tcp/$four/7
echo before >&3
IFS= read -r -t 90 -u 3 line
is "a connection echoes" before "$line"
works "new ones are dropped" 'nft insert rule inet fw in tcp dport 7 ct state new drop'
before=$(rules)
check "chkpnt" vzctl chkpnt 940
check "restore" vzctl restore 940
same "all rules are as they were" "$before" "$(rules)"
echo after >&3
IFS= read -r -t 90 -u 3 line
is "the connection is known" after "$line"
exec 3>&-
check "who is banned is banned" cannot $four:8081 7
works "fail2ban lifts it" 'nft delete element inet f2b-table addr-set-web { 10.77.0.1 }'
check "redirect again" gets $four:8081
check "redirect again, IPv6" gets "[$six]:8083"
inside 'mkfifo /run/nft; (nft -i </run/nft >/dev/null 2>&1 &) ; (exec 9>/run/nft; echo "add table inet owned { flags owner ; }" >&9; exec sleep 1000) &' >/dev/null
check "a program owns a table" within 90 inside 'nft list table inet owned'
frozen() { grep -E '^(total_freezes|frozen) ' /sys/fs/cgroup/vz.slice/vz.service/940/payload/cgroup.events; }
before=$(frozen)
has "chkpnt names what can't come along" 'nftables table owned, .*end that program' "$(vzctl chkpnt 940 2>&1)"
same "nothing was frozen" "$before" "$(frozen)"
works "its owner ends" 'killall nft sleep'
check "and the table with it" within 90 no inside 'nft list table inet owned'
check "chkpnt of what was restored" vzctl chkpnt 940
check "restore" vzctl restore 940
works "rules can be changed" 'nft add rule inet fw in tcp dport 88 jump { counter drop\; } && nft flush ruleset'
check "without them nothing is redirected" cannot $four:8081 7

# --- levels
vzctl --quiet stop 940 --fast
check "stateful" vzctl set 940 --netfilter stateful --save
check "start" vzctl start 940
for p in iptables-nft ip6tables-legacy; do
	works "stateful: state by $p" "$p -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"
	refused "stateful: no NAT by $p" "$p -t nat -A POSTROUTING -j MASQUERADE"
done
refused "stateful: no NAT by nft" 'nft add table ip n && nft add chain ip n c "{ type nat hook output priority 0; }"'
vzctl --quiet stop 940 --fast
check "stateless" vzctl set 940 --netfilter stateless --save
check "start" vzctl start 940
works "stateless: nft" 'nft add table ip s && nft add chain ip s in "{ type filter hook input priority 0; }"'
for p in iptables-nft ip6tables-legacy; do
	works "stateless: a port by $p" "$p -A INPUT -p tcp --dport 83 -j REJECT --reject-with tcp-reset"
	refused "stateless: no state by $p" "$p -A INPUT -m conntrack --ctstate NEW -j ACCEPT"
done
refused "stateless: no state by nft" 'nft add rule ip s in ct state new accept'
check "and it filters" cannot $four:83 7
exit $bad
