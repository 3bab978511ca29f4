# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Retouching tools for photographs, made of vips and ffmpeg. Every step reads one picture and writes
# another of the same size; masks are drawn in SVG, in pixels of the picture, white where the change goes.
# Sourced after lib.sh. `look` opens the photograph; each tool then works on $WORK/now.v and leaves its
# result there; `keep` writes it out as every item is written, real or fake.

# A step that fails spoils the picture: `keep` then refuses.
v() { vips "$@" || SPOILT=1; }

# look [FILE]: opens a photograph as the picture to work on, at most 1200 pixels a side.
look() {
	SPOILT=0
	v thumbnail "${1:-$ORIGIN}" "$WORK/open.v" 1200 --height 1200 --size down --export-profile srgb
	v colourspace "$WORK/open.v" "$WORK/now.v" srgb
	WIDTH=$(vipsheader -f width "$WORK/now.v")
	HEIGHT=$(vipsheader -f height "$WORK/now.v")
}

keep() { [ "$SPOILT" = 0 ] && vips jpegsave "$WORK/now.v" "$1" --Q 92 --strip --optimize-coding; }

next() { mv "$WORK/next.v" "$WORK/now.v" || SPOILT=1; }

# mask BLUR SVG: a soft mask of the picture's size in $WORK/mask.v
mask() {
	printf '<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s"><rect width="100%%" height="100%%"/><g fill="#fff">%s</g></svg>' \
		"$WIDTH" "$HEIGHT" "$2" >"$WORK/mask.svg"
	v svgload "$WORK/mask.svg" "$WORK/drawn.v"
	v extract_band "$WORK/drawn.v" "$WORK/band.v" 0
	if [ "$1" = 0 ]; then mv "$WORK/band.v" "$WORK/mask.v"; else v gaussblur "$WORK/band.v" "$WORK/mask.v" "$1"; fi
}

# narrow_to_light LEVEL: keeps of the mask only what is brighter than LEVEL in the picture (a sky, say).
narrow_to_light() {
	v colourspace "$WORK/now.v" "$WORK/grey.v" b-w
	v relational_const "$WORK/grey.v" "$WORK/light.v" more "$1"
	v rank "$WORK/light.v" "$WORK/closed.v" 3 3 6
	v gaussblur "$WORK/closed.v" "$WORK/soft.v" 0.8
	v linear "$WORK/soft.v" "$WORK/unit.v" 0.00392157 0
	v multiply "$WORK/mask.v" "$WORK/unit.v" "$WORK/both.v"
	v cast "$WORK/both.v" "$WORK/mask.v" uchar
}

# lay: $WORK/top.v over the picture where the mask is white
lay() {
	v ifthenelse "$WORK/mask.v" "$WORK/top.v" "$WORK/now.v" "$WORK/next.v" --blend
	next
}

# clone DX DY BLUR SVG: covers the shape with what lies DX,DY pixels away from it.
clone() {
	mask "$3" "$4"
	v embed --extend mirror -- "$WORK/now.v" "$WORK/top.v" $((-$1)) $((-$2)) "$WIDTH" "$HEIGHT"
	lay
}

# copy "A B C D" TX TY BLUR SVG: the shape, moved by the affine matrix and then by TX,TY, appears a second time.
copy() {
	mask "$4" "$5"
	local each
	for each in now mask; do
		v affine --odx "$2" --ody "$3" --oarea "0 0 $WIDTH $HEIGHT" --extend black -- "$WORK/$each.v" "$WORK/moved.v" "$1"
		mv "$WORK/moved.v" "$WORK/moved-$each.v"
	done
	mv "$WORK/moved-now.v" "$WORK/top.v"
	mv "$WORK/moved-mask.v" "$WORK/mask.v"
	lay
}

# graded FILTER: the whole picture through an ffmpeg filter, into top.v
graded() {
	v pngsave "$WORK/now.v" "$WORK/grade-in.png" --compression 1
	ffmpeg -v error -nostdin -y -i "$WORK/grade-in.png" -vf "format=gbrp,$1,format=rgb24" -frames:v 1 "$WORK/grade-out.png" || SPOILT=1
	v copy "$WORK/grade-out.png" "$WORK/top.v"
}

# tint BLUR SVG FILTER: an ffmpeg colour filter, inside the shape only.
tint() {
	mask "$1" "$2"
	graded "$3"
	lay
}

# sky LEVEL SVG FILE X Y SCALE [FILTER]: inside the shape, whatever is brighter than LEVEL becomes another photograph.
sky() {
	mask 0 "$2"
	narrow_to_light "$1"
	v thumbnail "$3" "$WORK/sky.v" "$6" --height 9000 --export-profile srgb
	v embed --extend mirror -- "$WORK/sky.v" "$WORK/top.v" "$4" "$5" "$WIDTH" "$HEIGHT"
	lay
}

# push DX DY BLUR SVG: slides what is inside the shape, the blur making the slide taper off.
push() {
	mask "$3" "$4"
	v xyz "$WORK/index.v" "$WIDTH" "$HEIGHT"
	v linear -- "$WORK/mask.v" "$WORK/field.v" "$(awk "BEGIN{print -($1)/255, -($2)/255}")" "0 0"
	v add "$WORK/index.v" "$WORK/field.v" "$WORK/from.v"
	v mapim "$WORK/now.v" "$WORK/next.v" "$WORK/from.v" --interpolate bicubic
	next
}

# swell K X Y BLUR SVG: enlarges (K > 0) or shrinks what is inside the shape, around X,Y.
swell() {
	mask "$4" "$5"
	v xyz "$WORK/index.v" "$WIDTH" "$HEIGHT"
	v linear -- "$WORK/index.v" "$WORK/away.v" "-$1 -$1" "$(awk "BEGIN{print $1*$2, $1*$3}")"
	v linear "$WORK/mask.v" "$WORK/unit.v" 0.00392157 0
	v multiply "$WORK/away.v" "$WORK/unit.v" "$WORK/field.v"
	v add "$WORK/index.v" "$WORK/field.v" "$WORK/from.v"
	v mapim "$WORK/now.v" "$WORK/next.v" "$WORK/from.v" --interpolate bicubic
	next
}

# Makers for `real` and `fake`: the photograph itself, or with a function's changes.
untouched() { look "$ORIGIN" && keep "$1"; }
retouched() { look "$ORIGIN" && "$1" && keep "$2"; }
