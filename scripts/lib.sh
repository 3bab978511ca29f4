# shellcheck shell=bash
# Shared by the scripts behind `make run`, `make check` and `make lint`: words, long steps,
# what to stop at the end, and the address to listen at. To be sourced at the project's top.

say() {
	printf '%s\n' "$*"
}

warn() {
	printf '%s\n' "$*" >&2
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Runs a long command in a process group of its own, so that a signal to us is handled at once and
# ends the whole of it. It also ends when we are killed.
step_pid=
follow() {
	local code=0
	setsid setpriv --pdeathsig TERM "$@" &
	step_pid=$!
	wait "$step_pid" || code=$?
	step_pid=
	return "$code"
}

# Installs what a group of needs is missing, then builds.
prepare_program() {
	local group=$1
	shift
	# sudo asks for a password on the terminal that follow() would take away.
	if [ "$(id -u)" = 0 ]; then
		follow scripts/install-needs "$group"
	else
		scripts/install-needs "$group"
	fi
	say "Building"
	follow env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -j"$(nproc)" "$@"
}

# Ends what follow() started, if it runs.
stop_step() {
	[ -n "$step_pid" ] || return 0
	kill -TERM -- "-$step_pid" 2>/dev/null || true
	await_end "$step_pid" 100 || kill -KILL -- "-$step_pid" 2>/dev/null || true
	step_pid=
}

# A dead process that nobody has collected yet (there may be no proper init) does not count.
is_running() {
	local line
	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	line=${line##*) }
	[ "${line::1}" != Z ]
}

# Waits until the process is gone, at most so many tenths of a second.
await_end() {
	local pid=$1 tenths=$2
	while is_running "$pid"; do
		[ "$tenths" -gt 0 ] || return 1
		tenths=$((tenths - 1))
		sleep 0.1
	done
}

# Asks a server that we started to stop, and waits. Its exit status is the result.
stop_server() {
	local pid=$1
	kill -TERM "$pid" 2>/dev/null || true
	if ! await_end "$pid" 150; then
		warn "The server did not stop within 15 seconds; killing it."
		kill -KILL "$pid" 2>/dev/null || true
	fi
	wait "$pid"
}

# Sends this script SIGTERM when the make that runs it is interrupted alone or killed. Make passes
# SIGTERM on but neither of these, and it keeps waiting for us: a make that is interrupted no longer
# catches SIGINT, which the kernel shows as bit 2 of SigCgt. Sets watch_pid.
# shellcheck disable=SC2034
watch_pid=
watch_make() {
	local main=$$ make=$PPID
	case $(cat "/proc/$make/comm" 2>/dev/null) in
	make | gmake) catches_interrupt "$make" || return 0 ;;
	*) return 0 ;;
	esac
	(
		trap - INT TERM HUP EXIT
		while sleep 1 && is_running "$main"; do
			catches_interrupt "$make" || {
				kill -TERM "$main" 2>/dev/null
				break
			}
		done
	) 9>&- &
	# shellcheck disable=SC2034
	watch_pid=$!
}

catches_interrupt() {
	local key value
	while read -r key value; do
		[ "$key" = SigCgt: ] || continue
		((16#$value & 2)) && is_running "$1" && return 0
	done 2>/dev/null <"/proc/$1/status"
	return 1
}

# True when something accepts connections at HOST:PORT (an address as in TOUCHSTONE_LISTEN).
is_taken() {
	local host=${1%:*} port=${1##*:}
	case $host in
	'' | 0.0.0.0 | '*') host=127.0.0.1 ;;
	'[::]') host=::1 ;;
	'['*) host=${host#'['} host=${host%']'} ;;
	esac
	(exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
}

# Waits until the server answers at HOST:PORT, as long as its process lives.
await_server() {
	local pid=$1 address=$2
	until is_taken "$address"; do
		is_running "$pid" || return 1
		sleep 0.1
	done
}

# Folder of the newest PostgreSQL programs from 15 on; with a version, of that one.
# shellcheck disable=SC2120
find_postgres() {
	local folder version
	for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -rn) \
		"$(dirname "$(command -v postgres || echo /none/postgres)")"; do
		[ -x "$folder/initdb" ] || continue
		version=$("$folder/postgres" --version)
		version=${version#*) }
		version=${version%%[!0-9]*}
		if [ "$version" -ge 15 ] && [ "$version" = "${1:-$version}" ]; then
			printf '%s\n' "$folder"
			return 0
		fi
	done
	return 1
}
