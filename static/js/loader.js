// SPDX-License-Identifier: Apache-2.0
// loader.js: fetches a medium whole, so that both of a pair appear at once and nothing waits while being judged.

import { pause } from "./api.js";
import { el } from "./dom.js";
import { decode } from "./sound.js";

const TRIES = 3;
/** A transfer that has brought nothing for so long is given up, and begun anew. */
const STALLED_MS = 15_000;
/** Some browsers hold the first picture of a film back until somebody presses Play: then Play must be there. */
const PICTURE_MS = 3000;

/** All the bytes of a response, as long as they keep coming. */
async function read(response, alive) {
	const reader = response.body.getReader();
	const parts = [];
	for (;;) {
		const { done, value } = await reader.read();
		if (done)
			return new Blob(parts, { type: response.headers.get("content-type") ?? "" });
		alive();
		parts.push(value);
	}
}

/** One try at a medium. Null when it is worth another. */
async function download(url, signal) {
	const stop = new AbortController();
	const giveUp = () => stop.abort();
	let timer = setTimeout(giveUp, STALLED_MS);
	const alive = () => {
		clearTimeout(timer);
		timer = setTimeout(giveUp, STALLED_MS);
	};
	signal?.addEventListener("abort", giveUp);
	try {
		const response = await fetch(url, { credentials: "same-origin", signal: stop.signal });
		if (response.ok)
			return await read(response, alive);
		if (response.status < 500)
			throw new RangeError(`the medium is not there (${response.status})`);
	} catch (error) {
		if (error instanceof RangeError || signal?.aborted)
			throw error;
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener("abort", giveUp);
	}
	return null;
}

async function bytesOf(url, signal) {
	for (let attempt = 1; ; attempt += 1) {
		const bytes = await download(url, signal);
		if (bytes)
			return bytes;
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

async function video(url, alt, { width, height, poster_url: poster }) {
	const node = el("video", { "aria-label": alt, playsinline: true, loop: true, preload: "auto", disablepictureinpicture: true });
	node.muted = true;
	const loaded = once(node, "loadeddata");
	node.src = url;
	const held = await Promise.race([loaded, pause(PICTURE_MS).then(() => "held back")]) === "held back";
	if (held) {
		loaded.catch(() => { /* Play shows nothing then, and Skip is there */ });
		node.poster = poster ?? "";
	}
	return { node, width: node.videoWidth || width, height: node.videoHeight || height };
}

async function audio(blob, alt) {
	const buffer = await decode(await blob.arrayBuffer());
	const node = el("canvas", { role: "img", "aria-label": alt });
	return { node, buffer, width: 0, height: 0 };
}

/**
 * Loads a medium of the API. A signal ends the transfer.
 * @returns {{node: HTMLElement, width: number, height: number, type: string, buffer?: AudioBuffer, hear?: () => Promise<AudioBuffer>,
 *     release: () => void}} hear: the sound of a film, refused where it has none
 */
export async function loadMedium(medium, alt, signal) {
	const raw = await bytesOf(medium.url, signal);
	if (medium.type === "audio")
		return { ...await audio(raw, alt), type: "audio", release() {} };
	const url = URL.createObjectURL(medium.content_type ? new Blob([raw], { type: medium.content_type }) : raw);
	try {
		const loaded = medium.type === "video" ? await video(url, alt, medium) : await image(url, alt);
		const hear = async () => decode(await raw.arrayBuffer());
		return { ...loaded, type: medium.type, hear, release: () => URL.revokeObjectURL(url) };
	} catch (error) {
		URL.revokeObjectURL(url);
		throw error;
	}
}
