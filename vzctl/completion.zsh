#compdef vzctl vzlist vzmigrate vznetstat vzreboot vztactl vztmpl
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion of the tools. What vzctl set takes is made from the table of settings; commands
# and other options are what the tools' --help tells.
# @zsh@

_vzctl_ids()
{
	local -a ids=(${(f)"$(_call_program ids vzlist -aH1 2>/dev/null)"})
	ids+=(${(f)"$(_call_program names "vzlist -aH -o name 2>/dev/null | grep -v '^-'")"})
	compadd -- ${${ids%% #}## #}
}

_vzctl_commands()
{
	local -a commands=(${(uf)"$(_vz_commands vzctl)"})
	compadd -- $commands --quiet --verbose --skiplock --lock-wait --dry-run --help --version
}

# Words that stand for a command, and options, in the help of a tool.
_vz_commands()
{
	_call_program commands "$1 --help 2>/dev/null" | sed -n "/^vzctl version/d
		s/^\(Usage:\)\{0,1\} *$1 \([a-z][a-z0-9_-]*\) .*/\2/p
		s/^\t\([a-z][a-z0-9_]*\)[[:blank:]].*/\1/p"
}
_vz_options()
{
	_call_program options "$1 --help 2>/dev/null" |
		grep -oE -- '(^|[^[:alnum:]_-])--?[[:alnum:]][[:alnum:]_-]*' | sed 's/^[^-]*//'
}

_vzctl_settings()
{
	local -a values=(${=$(_vzctl_values $words[CURRENT-1])})
	local -a more=(--save --force --setmode --reset_ub --applyconfig --applyconfig_map
		--userpasswd --skip_arpdetect)
	if (( $#values )); then
		compadd -- $values
	else
		_describe -o option _vzctl_set_options
		compadd -- $more
	fi
}

_vzctl()
{
	local -i i=2
	while (( i < CURRENT )) && [[ $words[i] == -* ]]; do
		# The one word of these that has a value.
		[[ $words[i] == --lock-wait ]] && (( i++ ))
		(( i++ ))
	done
	if (( i >= CURRENT )); then
		_vzctl_commands
	elif (( CURRENT == i + 1 )); then
		_vzctl_ids
	elif [[ $words[i] == set ]]; then
		_vzctl_settings
	elif [[ $words[i] == create ]]; then
		_describe -o option _vzctl_create_options
		compadd -- --config --local_uid
	else
		_default
	fi
}

_vzlist()
{
	case $words[CURRENT-1] in
	-o|--output|-s|--sort) compadd -- ctid status ip laverage uptime layout vswap $_vzctl_fields ;;
	--format) compadd -- table json csv ;;
	*) compadd -- ${(uf)"$(_vz_options vzlist)"}; _vzctl_ids ;;
	esac
}

# The others: commands first, if there are any, then options, VEs and files.
_vztool()
{
	case "$service $words[CURRENT-1]" in
	'vznetstat -c') compadd -- {0..15} ;;
	'vznetstat -v'|'vztactl reset_ve_stat') _vzctl_ids ;;
	*' --format') compadd -- table json csv ;;
	*)
		(( CURRENT > 2 )) || compadd -- ${(uf)"$(_vz_commands $service)"}
		compadd -- ${(uf)"$(_vz_options $service)"}
		[[ $service != vzmigrate ]] || _vzctl_ids
		_files
		;;
	esac
}

case $service in
vzctl) _vzctl "$@" ;;
vzlist) _vzlist "$@" ;;
*) _vztool "$@" ;;
esac
