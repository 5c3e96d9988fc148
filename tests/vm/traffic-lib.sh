# shellcheck shell=bash disable=SC2154
# A busybox VE whose traffic is counted and slowed down, for tests that move it. To be sourced
# behind tap.sh. All of it is in class 1, which networks_classes has as it comes.
TRAFFIC_KBIT=1600
traffic_node() { # NODE: shapes what VEs send
	on "$1" "grep -qs TRAFFIC_SHAPING /etc/vz/vz.conf || echo TRAFFIC_SHAPING= >>/etc/vz/vz.conf
		sed -i 's/^TRAFFIC_SHAPING=.*/TRAFFIC_SHAPING=yes/' /etc/vz/vz.conf"
}
traffic_serve() { # NODE ID: the VE has a rate, and something to send
	on "$1" "vzctl set $2 --rate '*:1:$TRAFFIC_KBIT' --ratebound yes --save &&
		vzctl exec2 $2 'mkdir -p /srv; head -c 600k /dev/urandom >/srv/blob; busybox httpd -p 8080 -h /srv'"
}
# Bytes and packets in, and out.
traffic_row() { on "$1" "vznetstat -v $2 -c 1" | tail -n 1 | awk '{ print $3, $4, $5, $6 }'; }
traffic_rate() { on "$1" "cat /sys/fs/cgroup/vz.slice/vz.service/$2/ve.rate"; }
traffic_not_less() { # ROW ROW: no number of the second is below that of the first
	awk 'NR == FNR { for (i = 1; i <= NF; i++) was[i] = $i; n = NF; next }
		{ for (i = 1; i <= n; i++) if ($i < was[i]) exit 1; exit NF != n || n < 4 }' <(echo "$1") <(echo "$2")
}
traffic_goes_on() { # NAME ROW NODE ID
	local now
	now=$(traffic_row "$3" "$4")
	if traffic_not_less "$2" "$now"; then ok "$1"; else not_ok "$1" "$2, then $now"; fi
}
# From another machine; no more than a tenth above the rate, however slow the nodes are.
traffic_slow() { # NAME NODE ID FROM IP
	local got
	got=$(on "$2" "awk '{ n += \$5 } END { print n + 0 }' /sys/fs/cgroup/vz.slice/vz.service/$3/ve.traffic; date +%s%N"
		on "$4" "curl -sf -m 300 -o /dev/null http://$5:8080/blob && echo whole"
		on "$2" "date +%s%N; awk '{ n += \$5 } END { print n + 0 }' /sys/fs/cgroup/vz.slice/vz.service/$3/ve.traffic")
	if awk -v most="$TRAFFIC_KBIT" '{ v[NR] = $1 } END {
			exit !(NR == 5 && v[3] == "whole" && v[5] - v[1] > 600000 &&
			       (v[5] - v[1]) * 8e6 / (v[4] - v[2]) <= most * 1.1) }' <<<"$got"; then
		ok "$1"
	else
		not_ok "$1" "$got"
	fi
}
