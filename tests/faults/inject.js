// SPDX-License-Identifier: Apache-2.0
// inject.js: a run of the program in which the system fails one call, the n-th of its kind in each thread (strace).
// Helper programs are let go when they start: what befalls them is theirs.

import { execFile, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a system does when it is short, full or worn: the calls, the error, and the words for it. */
export const FAULTS = {
	read: { calls: "read,pread64,readv", error: "EIO", words: /Input\/output error/ },
	write: { calls: "write,writev,pwrite64", error: "ENOSPC", words: /No space left on device/ },
	open: { calls: "openat", error: "EMFILE", words: /Too many open files/ },
	fsync: { calls: "fsync,fdatasync,syncfs", error: "EIO", words: /Input\/output error/ },
	close: { calls: "close", error: "EIO", words: /Input\/output error/ },
	rename: { calls: "rename,renameat,renameat2,link,linkat", error: "EIO", words: /Input\/output error/ },
	clone: { calls: "clone,clone3,fork,vfork", error: "EAGAIN", words: /Resource temporarily unavailable/ },
	pidfd: { calls: "pidfd_open", error: "EMFILE", words: /Too many open files/ },
	accept: { calls: "accept,accept4", error: "EMFILE", words: /Too many open files/ },
};

/** The words in front of a command whose n-th such call is to fail ("5" the fifth, "5+" each from it on). */
export function striking({ calls, error }, when, notes) {
	return ["strace", "-D", "-f", "-b", "execve", "-qq", "-o", notes, "-e", "signal=none", "-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}:when=${when}`];
}

/** Does strace work here? A container may forbid it. */
export async function canStrike(folder) {
	try {
		await run("strace", ["-D", "-f", "-qq", "-o", path.join(folder, "try"), "true"]);
		return true;
	} catch {
		return false;
	}
}

/** How many calls failed, as the notes say. */
export async function struckIn(notes) {
	const text = await readFile(notes, "utf8").catch(() => "");
	return text.split("\n").filter((line) => line.includes("(INJECTED)"));
}

/** Runs the program to its end, at most so long. Answers { code, signal, stdout, stderr, struck }. */
export async function strike(fault, when, folder, args, { env, seconds = 60 } = {}) {
	const notes = path.join(folder, "strace");
	const [first, ...rest] = [...striking(fault, when, notes), process.env.PROGRAM, ...args];
	const child = spawn(first, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
	const said = { stdout: "", stderr: "" };
	for (const name of ["stdout", "stderr"])
		child[name].on("data", (some) => { said[name] += some; });
	const late = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
	const [code, signal] = await new Promise((done) => { child.once("close", (...how) => done(how)); });
	clearTimeout(late);
	return { code, signal, ...said, struck: await struckIn(notes) };
}
