# shellcheck shell=bash
# A private PostgreSQL: no TCP port, a socket in a folder that is closed to others, so that no other
# instance on the machine meets it. To be sourced after lib.sh.
#
# PostgreSQL refuses to run as root. When we are root its files belong to the user `postgres` (or
# to whoever owns them already), and where that user cannot reach them they lie elsewhere.

pg_owner='' pg_data='' pg_socket='' pg_pid='' pg_log='' pg_user=()

# Runs a command as the database's user, from a folder that anyone may enter.
as_owner() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && exec setpriv "${pg_user[@]}" "$@")
	else
		(cd / && exec "$@")
	fi
}

# Sets pg_owner for files in a folder, there already or not, and how setpriv becomes that user.
choose_owner() {
	pg_owner=$(id -un)
	[ "$(id -u)" = 0 ] || return 0
	pg_owner=$(stat -c %U "$1" 2>/dev/null || echo root)
	[ "$pg_owner" != root ] || pg_owner=postgres
	id "$pg_owner" >/dev/null 2>&1 || die "PostgreSQL cannot run as root and there is no user postgres"
	pg_user=(--reuid "$pg_owner" --regid "$(id -g "$pg_owner")" --init-groups)
}

# Makes a folder that belongs to the database's user and is closed to others. Fails where that
# user cannot reach it, or where somebody else has put something there.
make_private_folder() {
	if [ ! -e "$1" ]; then
		mkdir -m 700 "$1" 2>/dev/null || return 1
		[ "$(id -u)" != 0 ] || chown "$pg_owner:" "$1"
	fi
	[ ! -L "$1" ] && [ -d "$1" ] && [ "$(stat -c %U "$1")" = "$pg_owner" ] &&
		as_owner test -w "$1" -a -x "$1" 2>/dev/null
}

# A name for what belongs to a folder but must lie elsewhere: the same at every run.
name_elsewhere() {
	printf 'touchstone-%s-%s' "$(id -u)" "$(printf %s "$1" | sha256sum | cut -c 1-12)"
}

# Chooses where the database of a data folder (an absolute path) lies; says so when it is not
# below it. The choice is remembered there, so that a folder emptied by hand starts afresh.
choose_place() {
	local home=$1/postgres elsewhere
	choose_owner "$home"
	if [ -s "$1/postgres-elsewhere" ]; then
		home=$(cat "$1/postgres-elsewhere")
		choose_owner "$home"
		make_private_folder "$home" || die "PostgreSQL's user $pg_owner cannot use $home"
		say "PostgreSQL's files are in $home, because its user $pg_owner cannot reach $1."
	elif ! make_private_folder "$home"; then
		rmdir "$home" 2>/dev/null || true
		[ "$(id -u)" = 0 ] || die "cannot write to $home"
		elsewhere=/var/lib/$(name_elsewhere "$1")
		if [ -e "$elsewhere" ]; then
			mv "$elsewhere" "$elsewhere.before-$(date +%Y%m%d%H%M%S)"
			say "Moved the database of an earlier $1 to $elsewhere.before-*."
		fi
		make_private_folder "$elsewhere" || die "cannot make $elsewhere"
		printf '%s\n' "$elsewhere" >"$1/postgres-elsewhere"
		home=$elsewhere
		say "PostgreSQL's user $pg_owner cannot reach $1: its files go to $home."
	fi
	pg_data=$home/data
	choose_socket "$home/run" "/tmp/$(name_elsewhere "$1")"
}

# A socket's path has at most 107 bytes; plain characters keep the URL free of escapes.
choose_socket() {
	local LC_ALL=C longest
	pg_socket=$1
	longest=$pg_socket/.s.PGSQL.5432
	case $pg_socket in
	*[!A-Za-z0-9_./@-]*) pg_socket=$2 ;;
	*) [ "${#longest}" -le 107 ] || pg_socket=$2 ;;
	esac
	[ "$pg_socket" = "$1" ] ||
		say "PostgreSQL's socket is in $pg_socket: the path of ${1%/*} is too long or unusual for it."
	make_private_folder "$pg_socket" || die "$pg_socket is not a folder of $pg_owner's alone"
}

# Builds the cluster beside its place and renames it when it is whole: a half-made one is never used.
make_cluster() {
	local sync=()
	[ ! -e "$pg_data/PG_VERSION" ] || return 0
	say "Creating the database cluster in $pg_data"
	rm -rf "$pg_data" "$pg_data.new"
	[ "$2" = on ] || sync=(--no-sync)
	as_owner "$1/initdb" -D "$pg_data.new" -U postgres -E UTF8 --locale=C.UTF-8 \
		--auth-local=trust --auth-host=reject "${sync[@]}" >"$pg_log" 2>&1 ||
		die "initdb failed: $(tail -n 3 "$pg_log")"
	as_owner mv "$pg_data.new" "$pg_data"
}

# Ends every process that works in the data folder: left by a run that was killed. Then the
# lock files are stale, and the process number in them may belong to someone else by now.
end_leftovers() {
	local process pid
	for process in /proc/[0-9]*; do
		[ "$(readlink "$process/cwd" 2>/dev/null)" = "$pg_data" ] || continue
		pid=${process#/proc/}
		kill -INT "$pid" 2>/dev/null || true
		await_end "$pid" 300 || kill -QUIT "$pid" 2>/dev/null || true
		await_end "$pid" 50 || kill -KILL "$pid" 2>/dev/null || true
	done
	rm -f "$pg_data/postmaster.pid" "$pg_socket"/.s.PGSQL.5432*
}

# Starts PostgreSQL in the place chosen, waits until it answers, and exports the URLs of a database
# named touchstone in it: for who serves, and for who migrates and owns it. The argument is `durable`, or
# `throwaway` for tests.
start_postgres() {
	local programs version fsync=on most=100
	version=$(cat "$pg_data/PG_VERSION" 2>/dev/null || true)
	programs=$(find_postgres "$version") || die "$pg_data needs PostgreSQL ${version:-15 or newer}"
	# Suites that run side by side have servers of their own, of some fifteen connections each.
	[ "$1" = durable ] || fsync=off most=400
	# What the caller's environment says about other databases is not meant for this one.
	unset "${!PG@}"
	export LC_ALL=C.UTF-8
	make_cluster "$programs" $fsync
	end_leftovers
	[ ! -s "$pg_log" ] || mv "$pg_log" "$pg_log.old"
	(cd / && exec setsid setpriv --pdeathsig INT "${pg_user[@]}" "$programs/postgres" -D "$pg_data" \
		-c listen_addresses='' -c port=5432 -c unix_socket_directories="$pg_socket" \
		-c unix_socket_permissions=0700 -c timezone=UTC -c log_timezone=UTC -c logging_collector=off \
		-c max_connections=$most -c fsync=$fsync -c full_page_writes=$fsync -c synchronous_commit=$fsync) >"$pg_log" 2>&1 &
	pg_pid=$!
	await_postgres "$programs"
	make_role touchstone createdb
	make_role touchstone_server
	make_database touchstone
	export DATABASE_URL TOUCHSTONE_MIGRATE_URL
	DATABASE_URL=$(name_database touchstone touchstone_server)
	TOUCHSTONE_MIGRATE_URL=$(name_database touchstone)
}

await_postgres() {
	local tenths=0
	until "$1/pg_isready" -q -h "$pg_socket" -p 5432 -U postgres -d postgres -t 5; do
		is_running "$pg_pid" || die "PostgreSQL stopped; $pg_log says: $(tail -n 3 "$pg_log")"
		tenths=$((tenths + 1))
		[ $((tenths % 100)) != 50 ] || say "Waiting for PostgreSQL, which may be recovering ($pg_log)"
		sleep 0.1
	done
}

# Asks the private PostgreSQL's superuser's question, or gives the order; one row a line.
query() {
	psql -XAtq -v ON_ERROR_STOP=1 -c "$2" "postgresql:///$1?host=$pg_socket&port=5432&user=postgres"
}

# Makes a role that may log in, and what else is said.
make_role() {
	[ "$(query postgres "select count(*) from pg_roles where rolname = '$1'")" = 1 ] ||
		query postgres "create role $1 login ${2:-}" >/dev/null
}

make_database() {
	[ "$(query postgres "select count(*) from pg_database where datname = '$1'")" = 1 ] ||
		query postgres "create database \"$1\" owner touchstone" >/dev/null
}

# Prints the URL of a database, for its owner or another role.
name_database() {
	printf 'postgresql:///%s?host=%s&port=5432&user=%s' "$1" "$pg_socket" "${2:-touchstone}"
}

stop_postgres() {
	[ -n "$pg_pid" ] || return 0
	kill -INT "$pg_pid" 2>/dev/null || true
	await_end "$pg_pid" 300 || kill -QUIT "$pg_pid" 2>/dev/null || true
	wait "$pg_pid" || true
	pg_pid=
	end_leftovers
}
