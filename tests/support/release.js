// SPDX-License-Identifier: Apache-2.0
// release.js: makes a release over HTTP, as a researcher would, and fetches all of it.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { Client } from "./http.js";
import { until } from "./place.js";

/** Signs a researcher in for the first time. Answers their client. */
export async function researcher(place, database, server) {
	const client = new Client(server.url);
	const email = "ada@example.org";
	await client.signIn(email, await place.account(database, email, "researcher"), "a longer pass phrase");
	return client;
}

/** Asks for a release and waits until it is there. Answers its description. */
export async function makeRelease(client, name, version, filter) {
	const asked = await client.post("/releases", filter ? { name, version, filter } : { name, version });
	if (asked.status !== 202)
		throw new Error(`POST /releases: ${asked.status} ${asked.bytes}`);
	const job = await until("the release", async () => {
		const { json } = await client.get(`/api/v1/jobs/${asked.json.job.id}`);
		return ["done", "failed"].includes(json.state) && json;
	}, { seconds: 60, every_ms: 100 });
	if (job.state !== "done")
		throw new Error(`The release failed: ${job.detail}`);
	return wholeRelease(client, name, version);
}

/** A release's description with all of its files, which the server lists a thousand at a time. */
export async function wholeRelease({ url }, name, version) {
	const anybody = new Client(url);
	const address = `/api/v1/releases/${name}/${version}`;
	const { json: release } = await anybody.get(address);
	while (release.files_next) {
		const { json } = await anybody.get(`${address}?files_after=${encodeURIComponent(release.files_next)}`);
		release.files.push(...json.files);
		release.files_next = json.files_next;
	}
	return release;
}

/** Downloads every file of a release into a folder, as anybody may. Answers the paths. */
export async function download(server, release, folder) {
	const anybody = new Client(server.url);
	const { files } = release;
	for (const file of files) {
		const answer = await anybody.get(file.url);
		if (answer.status !== 200 || answer.bytes.length !== file.bytes)
			throw new Error(`${file.url}: ${answer.status}, ${answer.bytes.length} bytes of ${file.bytes}`);
		const target = path.join(folder, file.path);
		await mkdir(path.dirname(target), { recursive: true });
		await writeFile(target, answer.bytes);
	}
	return files.map((file) => file.path);
}

/**
 * The rule of class folders, by which image loaders (torchvision's ImageFolder, the imagefolder of Hugging Face) read
 * a split: each folder is a class, classes are numbered by name, each file in a folder is an example of its class.
 */
export async function loadClassFolders(root) {
	const classes = (await readdir(root, { withFileTypes: true })).filter((one) => one.isDirectory()).map((one) => one.name).sort();
	const examples = [];
	for (const [target, name] of classes.entries())
		for (const file of (await readdir(path.join(root, name))).sort())
			examples.push({ file: path.join(root, name, file), target });
	return { classes, examples };
}
