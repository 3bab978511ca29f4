// SPDX-License-Identifier: Apache-2.0
// loader.js: fetches a medium whole, so that both of a pair appear at once and nothing waits while being judged.

import { pause } from "./api.js";
import { el } from "./dom.js";
import { decode } from "./sound.js";

const TRIES = 3;

async function bytesOf(url) {
	for (let attempt = 1; ; attempt += 1) {
		try {
			const response = await fetch(url, { credentials: "same-origin" });
			if (response.ok)
				return await response.blob();
			if (response.status < 500)
				throw new RangeError(`the medium is not there (${response.status})`);
		} catch (error) {
			if (error instanceof RangeError)
				throw error;
		}
		if (attempt === TRIES)
			throw new Error("the medium cannot be fetched");
		await pause(500 * 2 ** attempt);
	}
}

function once(node, good) {
	return new Promise((resolve, reject) => {
		node.addEventListener(good, resolve, { once: true });
		node.addEventListener("error", () => reject(new Error("the medium cannot be shown")), { once: true });
	});
}

async function image(url, alt) {
	const node = el("img", { alt, draggable: "false", src: url });
	await node.decode();
	return { node, width: node.naturalWidth, height: node.naturalHeight };
}

async function video(url, alt) {
	const node = el("video", { "aria-label": alt, playsinline: true, loop: true, preload: "auto", disablepictureinpicture: true });
	node.muted = true;
	const loaded = once(node, "loadeddata");
	node.src = url;
	await loaded;
	return { node, width: node.videoWidth, height: node.videoHeight };
}

async function audio(blob, alt) {
	const buffer = await decode(await blob.arrayBuffer());
	const node = el("canvas", { role: "img", "aria-label": alt });
	return { node, buffer, width: 0, height: 0 };
}

/**
 * Loads a medium of the API.
 * @returns {{node: HTMLElement, width: number, height: number, type: string, buffer?: AudioBuffer, release: () => void}}
 */
export async function loadMedium(medium, alt) {
	const raw = await bytesOf(medium.url);
	if (medium.type === "audio")
		return { ...await audio(raw, alt), type: "audio", release() {} };
	const url = URL.createObjectURL(medium.content_type ? new Blob([raw], { type: medium.content_type }) : raw);
	try {
		const loaded = medium.type === "video" ? await video(url, alt) : await image(url, alt);
		return { ...loaded, type: medium.type, release: () => URL.revokeObjectURL(url) };
	} catch (error) {
		URL.revokeObjectURL(url);
		throw error;
	}
}
