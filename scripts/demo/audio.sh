# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Recorded telephone prompts against synthesised, spliced, slowed or shifted ones. Whatever the origin,
# every clip passes the same chain: silence trimmed, 16 kHz, band of a telephone's wideband codec (G.722,
# once), the same loudness, the same faint noise, the same quarter second of rest at both ends.
# Sourced after lib.sh.

PROMPTS=/usr/share/asterisk/sounds/en_US_f_Allison
VOICE_LICENCE=CC-BY-SA-3.0
VOICE_CREDIT='Allison Smith (theivrvoice.com), Digium'

# prompt NAME: the file of a recorded prompt
prompt() { printf '%s' "$UNPACKED/asterisk-core-sounds-en-g722$PROMPTS/$1.g722"; }

# finish IN OUT: the common chain. Two passes, because loudness is measured before it is set.
finish() {
	local edges='silenceremove=start_periods=1:start_threshold=-42dB:start_silence=0.02' level
	ffmpeg -v error -nostdin -y -i "$1" -af "aresample=16000,$edges,areverse,$edges,areverse,highpass=f=90,lowpass=f=6800" \
		-ac 1 -ar 16000 -c:a g722 -f g722 "$WORK/band.g722" || return
	level=$(ffmpeg -nostdin -f g722 -i "$WORK/band.g722" -af ebur128 -f null - 2>&1 | awk '$1 == "I:" { level = $2 } END { print -20 - level }')
	ffmpeg -v error -nostdin -y -f g722 -i "$WORK/band.g722" -filter_complex \
		"[0:a]volume=${level}dB,alimiter=limit=0.89,adelay=250,apad=pad_dur=0.25[voice];anoisesrc=r=16000:a=0.0012:c=pink:seed=7:d=60[noise];[voice][noise]amix=inputs=2:duration=first:normalize=0" \
		-ac 1 -ar 16000 -c:a pcm_s16le -map_metadata -1 -fflags +bitexact -f wav "$2"
}

# phrase GROUP PROMPT WORDS TITLE: the subject is a recorded prompt; WORDS is what it says.
phrase() {
	WORDS=$3
	subject "voice-$1" asterisk-core-sounds-en-g722 "$PROMPTS/$2.g722" "$VOICE_LICENCE" "$VOICE_CREDIT" "$3" allison-smith
}

# recording OUT: the prompt itself
recording() {
	ffmpeg -v error -nostdin -y -f g722 -i "$ORIGIN" "$WORK/heard.wav" && finish "$WORK/heard.wav" "$1"
}

# spoken VOICE SPEED OUT: the same words from a synthesiser. VOICE is flite:NAME or espeak:NAME.
spoken() {
	case $1 in
	flite:*) flite -voice "${1#*:}" --setf duration_stretch="$2" -t "$WORDS" -o "$WORK/spoken.wav" ;;
	espeak:*) espeak-ng -v "${1#*:}" -s "$2" -w "$WORK/spoken.wav" "$WORDS" ;;
	esac >/dev/null 2>&1 && finish "$WORK/spoken.wav" "$3"
}

# filtered FILTER OUT: the recording through a filter
filtered() { ffmpeg -v error -nostdin -y -f g722 -i "$ORIGIN" -af "$1" "$WORK/heard.wav" && finish "$WORK/heard.wav" "$2"; }

# joined "NAME START END; NAME START END..." OUT: pieces of prompts, joined with short cross-fades
joined() {
	local inputs=() graph='' last='' name from to count=0
	while read -r name from to; do
		inputs+=(-f g722 -ss "$from" -to "$to" -i "$(prompt "$name")")
		if [ "$count" = 0 ]; then last='[0:a]'; else graph="$graph${last}[$count:a]acrossfade=d=0.03[j$count];" last="[j$count]"; fi
		count=$((count + 1))
	done < <(printf '%s' "$1" | tr ';' '\n' && echo)
	ffmpeg -v error -nostdin -y "${inputs[@]}" -filter_complex "${graph}${last}anull" "$WORK/heard.wav" && finish "$WORK/heard.wav" "$2"
}

# synthesised FILE VOICE SPEED: a fake item; without flite, espeak-ng's nearest voice stands in.
synthesised() {
	local voice=$2 speed=$3 own=$IDENTITY
	case $voice in
	flite:*) command -v flite >/dev/null || voice=espeak:en-us+f3 speed=155 ;;
	esac
	local tool=${voice%%:*}
	[ "$tool" = espeak ] && tool=espeak-ng
	IDENTITY=$tool-${voice#*:}
	fake "$1" speech_synthesis "$tool" "Computed by $tool, not recorded: even rhythm, no breath, and the same melody in every clause." \
		spoken "$voice" "$speed"
	IDENTITY=$own
}

against_machine() {
	local number words prompt voice speed role
	while IFS='|' read -r number prompt voice speed role words; do
		phrase "$number" "$prompt" "$words" || return
		pair a "$role"
		real "audio/voice-$number-1.wav" recording
		synthesised "audio/voice-$number-2.wav" "$voice" "$speed"
	done <<-'LIST'
		01|queue-periodic-announce|flite:slt|1.0|training|All of our representatives are currently busy. Please stay on the line and your call will be answered by the next available representative.
		02|privacy-unident|espeak:en-us+f2|160|gold|The party you are trying to reach does not accept unidentified calls.
		03|followme/status|flite:slt|1.0||The person you are calling is not at their desk. I will try to locate them for you.
		04|queue-youarenext|espeak:en-us+f4|165||Your call is now first in line and will be answered by the next available representative.
		05|conf-getconfno|flite:slt|1.05||Please enter your conference number followed by the pound key.
		06|confbridge-pin-bad|flite:slt|1.1||You have entered too many invalid personal identification numbers.
	LIST
}

against_edit() {
	phrase 07 ss-noservice 'The number you have dialed is not in service. Please check the number and try again.' || return
	pair a training
	real audio/voice-07-1.wav recording
	fake audio/voice-07-2.wav speed_change ffmpeg 'Slowed to 80 % without changing the pitch: vowels are drawn out and the ends of words smear.' filtered atempo=0.8
	phrase 08 followme/sorry "I'm sorry, but I was unable to locate the person you are calling."
	pair a
	real audio/voice-08-1.wav recording
	fake audio/voice-08-2.wav voice_conversion ffmpeg 'Pitch lowered by three semitones and the throat made longer: the voice sounds thick, like another person.' filtered 'asetrate=13800,aresample=16000,atempo=1.16'
	phrase 09 demo-nogo 'I am afraid I was unable to create a connection to the Digium demonstration Asterisk server.'
	pair a
	real audio/voice-09-1.wav filtered 'atrim=0:6.0'
	fake audio/voice-09-2.wav voice_conversion 'ffmpeg (rubberband)' 'Pitch raised by two semitones with the timbre kept: the melody is a little too high and wavers.' filtered 'atrim=0:6.0,rubberband=pitch=1.13:formant=preserved'
	phrase 10 auth-incorrect 'Password incorrect. Please enter your password followed by the pound key.'
	pair a gold
	real audio/voice-10-1.wav recording
	borrowed asterisk-core-sounds-en-g722 $PROMPTS/agent-incorrect.g722 $VOICE_LICENCE "$VOICE_CREDIT" &&
		fake audio/voice-10-2.wav splice ffmpeg 'Two prompts joined: after "password incorrect" she asks for an agent number, the end of another prompt.' joined 'auth-incorrect 0 1.45;agent-incorrect 1.75 5.0'
	phrase 11 conf-invalid 'That is not a valid conference number. Please try again.'
	pair a
	real audio/voice-11-1.wav recording
	borrowed asterisk-core-sounds-en-g722 $PROMPTS/invalid.g722 $VOICE_LICENCE "$VOICE_CREDIT" &&
		fake audio/voice-11-2.wav splice ffmpeg 'The closing "please try again" was taken from another prompt: its pitch and distance differ.' joined 'conf-invalid 0 2.5;invalid 2.78 4.1'
	phrase 12 pbx-invalidpark 'I am sorry, there is no call parked on that extension. Please try again.'
	pair a
	real audio/voice-12-1.wav recording
	fake audio/voice-12-2.wav speed_change ffmpeg 'Sped up to 125 % without changing the pitch: pauses are too short to breathe in.' filtered atempo=1.25
}

not_one_of_each() {
	phrase 13 confbridge-begin-glorious-a 'The conference will begin when our glorious leader arrives.' || return
	pair a
	real audio/voice-13-1.wav recording
	take confbridge-begin-glorious-b.g722
	real audio/voice-13-2.wav recording
	pair b
	take confbridge-begin-glorious-c.g722
	real audio/voice-13-3.wav recording
	synthesised audio/voice-13-4.wav flite:slt 1.0
	phrase 14 conf-onlyone 'There is currently one other participant in the conference.'
	pair a
	real audio/voice-14-1.wav recording
	take confbridge-only-one.g722
	real audio/voice-14-2.wav recording
	phrase 15 invalid "I am sorry, that's not a valid extension. Please try again."
	pair a gold
	real audio/voice-15-1.wav recording
	take pbx-invalid.g722
	real audio/voice-15-2.wav recording
	phrase 16 priv-introsaved 'Thank you. Please hold, while I attempt to connect you with your party!'
	pair a gold
	synthesised audio/voice-16-1.wav flite:slt 1.0
	synthesised audio/voice-16-2.wav espeak:en-us+f3 150
	phrase 17 agent-newlocation 'Please enter a new extension, followed by pound.'
	pair a
	fake audio/voice-17-1.wav voice_conversion ffmpeg 'Pitch raised by three semitones and the throat made shorter: a smaller, brighter voice than the speaker has.' filtered 'asetrate=18400,aresample=16000,atempo=0.87'
	fake audio/voice-17-2.wav speed_change ffmpeg 'Slowed to 78 % without changing the pitch: vowels are drawn out.' filtered atempo=0.78
	phrase 18 vm-mailboxfull "Sorry, but the user's mailbox can't accept more messages."
	real audio/voice-18-1.wav recording
	phrase 19 privacy-prompt 'Please enter your phone number, starting with the area code.'
	real audio/voice-19-1.wav recording
}

audios() {
	against_machine
	against_edit
	not_one_of_each
}
