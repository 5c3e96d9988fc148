# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of the tools. What vzctl set takes is made from the table of settings; commands
# and other options are what the tools' --help tells.
# @completion@

_vzctl_ids() { vzlist -aH1 2>/dev/null; vzlist -aH -o name 2>/dev/null | grep -v '^-'; }

# Words that stand for a command, and options, in the help of a tool.
_vz_commands()
{
	"$1" --help 2>/dev/null | sed -n "/^vzctl version/d
		s/^\(Usage:\)\{0,1\} *$1 \([a-z][a-z0-9_-]*\) .*/\2/p
		s/^\t\([a-z][a-z0-9_]*\)[[:blank:]].*/\1/p" | sort -u
}
_vz_options()
{
	"$1" --help 2>/dev/null | grep -oE -- '(^|[^[:alnum:]_-])--?[[:alnum:]][[:alnum:]_-]*' |
		sed 's/^[^-]*//' | sort -u
}

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
		words="$(_vz_commands vzctl) --quiet --verbose --skiplock --lock-wait --dry-run --help
			--version"
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
	--format) words="table json csv" ;;
	*) words="$(_vz_options vzlist) $(_vzctl_ids)" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

# The others: commands first, if there are any, then options and VEs.
_vztool()
{
	local tool=${COMP_WORDS[0]##*/} cur=${COMP_WORDS[COMP_CWORD]} words=''
	local prev=${COMP_WORDS[COMP_CWORD-1]}
	case "$tool $prev" in
	'vznetstat -c') words=$(seq 0 15) ;;
	'vznetstat -v' | 'vztactl reset_ve_stat') words=$(_vzctl_ids) ;;
	*' --format') words='table json csv' ;;
	*)
		[ "$COMP_CWORD" -gt 1 ] || words=$(_vz_commands "$tool")
		words+=" $(_vz_options "$tool")"
		[ "$tool" != vzmigrate ] || words+=" $(_vzctl_ids)"
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _vzctl vzctl
complete -F _vzlist vzlist
# Where nothing of these fits, a file does.
complete -o default -F _vztool vzmigrate vznetstat vzreboot vztactl vztmpl
