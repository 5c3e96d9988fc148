# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of vzctl and vzlist. The lists are made from the table of settings.
# @completion@

_vzctl_ids() { vzlist -aH1 2>/dev/null; vzlist -aH -o name 2>/dev/null | grep -v '^-'; }

_vzctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd='' words='' i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) ;;
		*) cmd=${COMP_WORDS[i]}; break ;;
		esac
	done
	if [ -z "$cmd" ]; then
		words='create destroy mount umount start stop restart status set ubc explain check-host enter exec
			exec2 runscript console wait events top logs compact check-migratable
			suspend resume export import convert clone move rename register unregister
			snapshot snapshot-list snapshot-switch snapshot-delete snapshot-mount
			snapshot-umount --quiet --verbose --skiplock --lock-wait --dry-run --help
			--version'
	elif [ "$COMP_CWORD" = $((i + 1)) ]; then
		words=$(_vzctl_ids)
		[ "$cmd" != check-migratable ] || words+=' --all'
	elif [ "$cmd" = set ]; then
		words=$(_vzctl_values "$prev")
		[ -n "$words" ] || words="$_vzctl_set_options --save --force --setmode --reset_ub
			--applyconfig --applyconfig_map --userpasswd --skip_arpdetect"
	elif [ "$cmd" = create ]; then
		words="$_vzctl_create_options --config --local_uid"
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

_vzlist()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words
	case $prev in
	-o|--output|-s|--sort) words="ctid status ip laverage uptime layout vswap $_vzctl_fields" ;;
	*) words="-a -S -n -H -t -j -o -1 -s -h -N -d -L $(_vzctl_ids)" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _vzctl vzctl
complete -F _vzlist vzlist
