#compdef vzctl vzlist
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion of vzctl and vzlist. The lists are made from the table of settings, the
# commands are what vzctl --help tells.
# @zsh@

_vzctl_ids()
{
	local -a ids=(${(f)"$(_call_program ids vzlist -aH1 2>/dev/null)"})
	ids+=(${(f)"$(_call_program names "vzlist -aH -o name 2>/dev/null | grep -v '^-'")"})
	compadd -- ${${ids%% #}## #}
}

_vzctl_commands()
{
	local -a commands=(${(uf)"$(_call_program commands "vzctl --help 2>/dev/null |
		sed -n '/^vzctl version/d; s/^vzctl \([a-z][a-z0-9_-]*\) .*/\1/p'")"})
	compadd -- $commands --quiet --verbose --skiplock --lock-wait --dry-run --help --version
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
	*) compadd -- -a -S -n -H -t -j -o -1 -s -h -N -d -L; _vzctl_ids ;;
	esac
}

case $service in
vzlist) _vzlist "$@" ;;
*) _vzctl "$@" ;;
esac
