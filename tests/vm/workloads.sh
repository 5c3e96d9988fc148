#!/bin/bash
# What customers run, at work while it moves: a Debian VE goes between two nodes and a client of
# each server checks every answer; runs on node1. The template is built on demand
# (tests/check soak_workloads): it is large.
#
# usage: workloads.sh [MOVES=20]
#
# nginx under new connections, PostgreSQL with pgbench and fsync, Redis, a TCP connection that is
# idle, UDP one at a time, a compile job, tmux, timers of systemd, 400 threads, a nohup job of a
# login that ended. Asserts that each goes on behind each move and that no answer was wrong,
# reset or refused; how long the longest one took is told.
suite=workloads
. "${0%/*}/tap.sh" 2>/dev/null || . /share/vm/tap.sh
[ $# = 0 ] || export "$@"
MOVES=${MOVES:-20}
ID=941 IP=10.77.1.41
USER_ID=942		# the VE of pgbench, which stays on node2
CT=debian-13-workloads
here=node1 there=node2
client=/share/clients/workload
out=/run/workload

in_ve() { on "$here" "vzctl exec2 $ID $(printf %q "$1")" </dev/null; }
in_user() { on node2 "vzctl exec2 $USER_ID $(printf %q "$1")" </dev/null; }
works() { # NAME COMMAND...
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "exit $?: $said"; in_ve 'journalctl -q -n 15 --no-pager' | sed 's/^/# /'; fi
}
field() { sed -n "s/.*\b$1=\([^ ]*\).*/\1/p"; }

# --- servers and jobs of the VE
set_up() {
	check "create" vzctl --quiet create $ID --ostemplate $CT --hostname busy --ipadd $IP
	check "set" vzctl set $ID --ram 768M --swap 256M --numproc 2000 --save
	check "start" vzctl start $ID
	check "systemd is up" within 900 systemd_up vzctl exec2 $ID
	works "the client is in the VE" on node1 "vzctl exec2 $ID 'cat >/usr/local/bin/workload; chmod 755 /usr/local/bin/workload' <$client"
	works "nginx" in_ve "echo served >/var/www/html/t.html; systemctl restart nginx; curl -s http://127.0.0.1/t.html | grep -qx served"
	works "Redis, saved at each write" in_ve "sed -i 's/^bind .*/bind 0.0.0.0/; s/^protected-mode .*/protected-mode no/; s/^appendonly .*/appendonly yes/; s/^appendfsync .*/appendfsync always/' /etc/redis/redis.conf
		systemctl start redis-server || { ls -l /etc/redis /var/lib/redis; tail -n 5 /var/log/redis/*; exit 1; }; redis-cli ping | grep -q PONG"
	works "PostgreSQL" in_ve "cd /etc/postgresql/17/main && echo \"listen_addresses = '*'\" >>postgresql.conf &&
		echo 'host all all 10.77.0.0/16 trust' >>pg_hba.conf && systemctl start postgresql@17-main &&
		su postgres -c 'createdb bench && pgbench -q -i -s 1 bench && psql -qAt -c \"show fsync\"' | tail -n 1 | grep -qx on"
	works "an echo server" in_ve "systemd-run -q --unit=echo workload serve 7007 /run/echo"
	works "400 threads" in_ve "systemd-run -q --unit=threads workload threads 400 /run/threads"
	works "a compile job" in_ve "mkdir -p /root/c; for i in \$(seq 30); do echo \"int f\$i(int a) { int s = a; for (int i = 0; i < \$i; i++) s = s * 31 + (s >> 3); return s; }\"; done >/root/c/f.c
		gcc -O2 -c -o /root/c/f.o /root/c/f.c && sha256sum /root/c/f.o >/root/c/want && cat >/root/c/run <<'END'
n=0
while gcc -O2 -c -o /root/c/f.o /root/c/f.c && sha256sum -c --status /root/c/want; do n=\$((n + 1)); echo \$n >/root/c/count; done
echo failed >/root/c/count
END
		systemd-run -q --unit=compile bash /root/c/run"
	works "a terminal in tmux" in_ve "su - bob -c 'tmux new-session -d -s work -x 80 -y 24'"
	works "timers of systemd" in_ve "mkdir -p /root/t; systemd-run -q --unit=every --on-active=1 --on-unit-active=3 --timer-property=AccuracySec=100ms sh -c 'echo >>/root/t/every'
		systemd-run -q --unit=clock --on-calendar='*:*:0/5' --timer-property=AccuracySec=100ms sh -c 'echo >>/root/t/clock'"
	works "a user logs in, and out, and leaves a job" login
}
login() {
	on node2 "[ -f /root/.ssh/work ] || ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/work"
	on node2 "cat /root/.ssh/work.pub" | on node1 "vzctl exec2 $ID 'install -d -m 700 -o bob -g bob /home/bob/.ssh; cat >/home/bob/.ssh/authorized_keys'"
	on node2 "ssh -tt -i /root/.ssh/work -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null bob@$IP \
		'nohup bash -c \"n=0; while sleep 0.5; do n=\\\$((n + 1)); echo \\\$n >job; done\" >/dev/null 2>&1 & sleep 2'" </dev/null
	within 60 in_ve "[ -s /home/bob/job ]"
}

# --- clients on node2, and pgbench in a VE there
clients=(http redis udp idle)
start_client() { # KIND ARG...
	on node2 "systemd-run -q --unit=workload-$1 $client $* $out.$1"
}
start_clients() {
	check "a VE of another user" on node2 "vzctl --quiet create $USER_ID --ostemplate $CT --hostname user --ipadd 10.77.1.42 &&
		vzctl set $USER_ID --ram 512M --save && vzctl start $USER_ID"
	check "its systemd is up" within 900 systemd_up on node2 vzctl exec2 $USER_ID
	start_client http $IP served
	start_client redis $IP
	start_client udp $IP 7007
	start_client idle $IP 7007
	works "pgbench" in_user "systemd-run -q --unit=bench sh -c 'exec pgbench -h $IP -U postgres -n -c 2 -T 1000000 -P 1 bench >/run/bench 2>&1'"
}

# --- how far each is
count_of() { # KIND
	case $1 in
	http | redis | udp | idle) on node2 "cat $out.$1" | field count ;;
	threads | echo) in_ve "cat /run/$1" | field count ;;
	pgbench) in_user "su postgres -c 'psql -h $IP -U postgres -qAt -c \"select count(*) from pgbench_history\" bench'" ;;
	compile) in_ve "cat /root/c/count" ;;
	every | clock) in_ve "wc -l </root/t/$1" ;;
	job) in_ve "cat /home/bob/job" ;;
	esac | tr -dc 0-9
}
# Something is typed in the terminal and comes out.
round=0
typed() {
	round=$((round + 1))
	in_ve "su - bob -c 'tmux send-keys -t work \"echo \\\$((1000 + $round))-\\\$((7 * 6))\" Enter'" >/dev/null
	within 60 eval 'in_ve "su - bob -c \"tmux capture-pane -p -t work\"" | grep -qx "$((1000 + round))-42"' && echo $round
}
kinds=(http redis udp threads echo pgbench compile every clock job)
goes_on() { # STAGE
	local kind
	for kind in "${kinds[@]}"; do
		if text=$(moves 300 count_of $kind); then ok "$1: $kind goes on"; else not_ok "$1: $kind goes on" "$text; $(why $kind)"; fi
	done
	[ -n "$(typed)" ] && ok "$1: what is typed in tmux comes out" || not_ok "$1: what is typed in tmux comes out" "$(in_ve "su - bob -c 'tmux capture-pane -p -t work'" | tail -n 5)"
	for kind in "${clients[@]}"; do
		is "$1: no answer to $kind was wrong" none "$(on node2 "cat $out.$kind" | field error)"
	done
	is "$1: pgbench goes on" active "$(in_user "systemctl is-active bench")"
	is "$1: pgbench has lost no connection" "" "$(in_user "grep -iE 'error|abort|lost|fatal|closed' /run/bench")"
	is "$1: no unit has failed" "" "$(in_ve 'systemctl list-units --failed --no-legend --plain')"
}
why() { # KIND
	case $1 in
	http | redis | udp | idle) on node2 "cat $out.$1" ;;
	pgbench) in_user "tail -n 3 /run/bench" ;;
	*) in_ve "systemctl status --no-pager -n 3 $1 2>&1 | tail -n 5" ;;
	esac | tr '\n' ' '
}

set_up
start_clients
goes_on "before"
for m in $(seq "$MOVES"); do
	if ! said=$(on $here "vzmigrate --online $there $ID" 2>&1); then
		not_ok "move $m" "$(tail -n 5 <<<"$said")"
		break
	fi
	swap
	ok "move $m to $here"
	echo "# move $m: $(sed -n 's/^ *\(frozen [0-9]* ms\)$/\1/p' <<<"$said"), $(for kind in "${clients[@]}"; do echo -n "$kind $(on node2 "cat $out.$kind" | field gap_ms) ms, "; done)udp lost $(on node2 "cat $out.udp" | field lost)"
	goes_on "move $m"
done

# --- behind the last move: what was said to be stored is
before=$(count_of idle)
on node2 "systemctl kill -s USR1 workload-idle"
becomes "the idle connection still works" 120 "$((before + 1))" count_of idle
in_user "systemctl stop bench"
is "PostgreSQL: all sums are one" t "$(in_ve "su postgres -c 'psql -qAt -c \"select (select sum(abalance) from pgbench_accounts) = s and (select sum(bbalance) from pgbench_branches) = s and (select sum(tbalance) from pgbench_tellers) = s from (select sum(delta) as s from pgbench_history) as h\" bench'")"
works "PostgreSQL starts anew from its disk" in_ve "systemctl kill -s KILL postgresql@17-main; sleep 1; systemctl restart postgresql@17-main && su postgres -c 'psql -qAt -c \"select count(*) from pgbench_history\" bench'"
on node2 "systemctl stop workload-redis"
last=$(count_of redis)
works "Redis starts anew with all that it said it had" in_ve "was=\$(redis-cli get n); systemctl kill -s KILL redis-server; sleep 1; systemctl restart redis-server; sleep 2; [ \$(redis-cli get n) = \$was ] && [ \$was -ge ${last:-1} ]"
on node2 "systemctl stop 'workload-*'; vzctl --quiet stop $USER_ID --fast; vzctl --quiet destroy $USER_ID"
on $here "vzctl --quiet stop $ID --fast; vzctl --quiet destroy $ID"
exit $bad
