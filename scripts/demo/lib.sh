# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the parts of demo-corpus share: words for the person, rows for the manifest, files that
# appear whole or not at all. Sourced; expects OUT, WORK (scratch), UNPACKED and ROWS to be set.

say() { printf '%s\n' "$*"; }
complain() { printf 'demo-corpus: %s\n' "$*" >&2; }

# bar DONE TOTAL WORDS: one line that overwrites itself on a terminal, silent elsewhere.
bar() {
	[ -t 1 ] || return 0
	local filled=$((24 * $1 / ($2 > 0 ? $2 : 1)))
	printf '\r  [%-24s] %3d/%-3d %-44.44s' "$(printf '%*s' "$filled" '' | tr ' ' '#')" "$1" "$2" "$3"
	[ "$1" -lt "$2" ] || printf '\n'
}

csv() {
	case $1 in
	*[\",]*) printf '"%s"' "${1//\"/\"\"}" ;;
	*) printf '%s' "$1" ;;
	esac
}

# subject GROUP PACKAGE PATH LICENCE CREDIT TITLE [IDENTITY]
# What the next items are made from. False when its package is not at hand: skip the subject then.
subject() {
	GROUP=$1 ORIGIN=$UNPACKED/$2$3 SOURCE=deb:$2:$3 LICENCE=$4 CREDIT=$5 TITLE=$6 IDENTITY=${7-}
	PAIR='' ROLE=''
	[ -f "$ORIGIN" ] && return
	MISSED=$((MISSED + 1))
	return 1
}

# take FILE: the next items are made from another file beside the subject's: a second view, another take.
take() {
	ORIGIN=${ORIGIN%/*}/$1 SOURCE=${SOURCE%/*}/$1
}

# borrowed PACKAGE PATH LICENCE CREDIT: the next items also hold parts of this file ($BORROWED), until `returned`.
borrowed() {
	OWN=("$SOURCE" "$LICENCE" "$CREDIT") BORROWED=$UNPACKED/$1$2
	SOURCE="$SOURCE + deb:$1:$2"
	[ "$3" = "$LICENCE" ] || LICENCE="$LICENCE; parts $3"
	[ "$4" = "$CREDIT" ] || CREDIT="$CREDIT; $4"
	[ -f "$BORROWED" ] && return
	MISSED=$((MISSED + 1))
	return 1
}
returned() { SOURCE=${OWN[0]} LICENCE=${OWN[1]} CREDIT=${OWN[2]}; }

# pair [NAME [training|gold]]: the next items belong to GROUP's pair NAME, in that role; nothing: unpaired.
pair() {
	PAIR=${1:+$GROUP-$1} ROLE=${2-}
}

# row FILE TRUTH BASIS TECHNIQUE GENERATOR EXPLANATION
row() {
	local field line='' gold=false training=false
	[ "$ROLE" = gold ] && gold=true
	[ "$ROLE" = training ] && training=true
	for field in "$1" "$2" "$3" "$gold" "$training" "$GROUP" "$IDENTITY" "$PAIR" "$4" "$5" \
		"$SOURCE" "$LICENCE" "$CREDIT" "$TITLE" "$6" false; do
		line=$line,$(csv "$field")
	done
	printf '%s\n' "${line#,}" >>"$ROWS"
	ITEMS=$((ITEMS + 1))
	bar "$ITEMS" "$EXPECTED" "$1"
}

# A file is made under another name and renamed, so that one that exists is whole.
#   made FILE COMMAND...   runs COMMAND... TEMPORARY unless FILE is there already
made() {
	local file=$OUT/$1 part
	shift
	[ -s "$file" ] && return
	part=$WORK/part.${file##*.}
	mkdir -p "${file%/*}"
	if "$@" "$part" && [ -s "$part" ]; then
		mv "$part" "$file"
		return
	fi
	rm -f "$part"
	complain "could not make ${file##*/}"
	FAILED=$((FAILED + 1))
	return 1
}

# real FILE MAKER...   and   fake FILE TECHNIQUE GENERATOR EXPLANATION MAKER...
real() {
	local file=$1
	shift
	made "$file" "$@" || return 0
	local words='The photograph as it came, only resized and compressed.'
	case $file in
	video/*) words='The recording as it came, only cut to length and compressed.' ;;
	audio/*) words='The recording as it came, only trimmed and set to the common loudness.' ;;
	esac
	row "$file" real dataset_label '' '' "$words"
}

fake() {
	local file=$1 technique=$2 generator=$3 explanation=$4
	shift 4
	made "$file" "$@" || return 0
	row "$file" fake generated_by_contributor "$technique" "$generator" "$explanation"
}
