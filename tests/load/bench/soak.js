// SPDX-License-Identifier: Apache-2.0
// soak.js: mixed load for a long time, and whether the server is the same at its end.

import { Server, pause, program, running, start, until, usage } from "./machine.js";
import { median } from "./report.js";

const FLAT = 0.05;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Volunteers who arrive, look at media, judge, skip now and then, and look at the numbers. */
const MIX = { campaign: "bench", pairs: 10, skip: 20, stats: 10 };

async function findPeak(stand, seconds) {
	const rates = [];
	for (let round = 0; round < (seconds < 60 ? 1 : 3); round++) {
		const result = await stand.client("arrive", null, { connections: 64, seconds, "first-tag": stand.nextTag, ...MIX }).result;
		stand.nextTag = result.next_tag;
		if (result.first_odd || result.lost)
			throw new Error(`already at the start: ${JSON.stringify(result)}`);
		rates.push(result.times.judge.count / result.seconds);
	}
	return median(rates);
}

/**
 * Half of what the server can do, for so many seconds; scoring runs in a process of its own (`touchstone work`), whose
 * memory grows with what there is to score, and is told beside.
 * @returns {object} { flat, errors, leaked, ... } and the samples
 */
export async function soak(stand, { seconds, every_s = 5, tell = () => {} }) {
	await stand.server.stop();
	stand.server = new Server(stand.cluster, "bench", stand.server.data);
	await stand.server.start({ args: ["--no-work"] });
	const work = start(program("touchstone"), ["work"], { env: { ...process.env, DATABASE_URL: stand.cluster.url("bench"), TOUCHSTONE_DATA: stand.server.data }, dies: "TERM" });
	await until("the first public figures", () => fetch(`${stand.server.url}/api/v1/stats`).then((answer) => answer.status === 200), { seconds: 20 });
	const peak = await findPeak(stand, Math.min(5, Math.max(1, seconds / 10)));
	await pause(1000);
	const before = await usage(stand.server.process.pid);
	const first = stand.nextTag;
	const said = stand.at(`soak${first}.said`);
	const load = stand.client("arrive", null, { connections: 128, seconds, rate: (peak / 2).toFixed(1), "first-tag": first, log: said, ...MIX });
	const began = Date.now();
	const samples = [];
	while (running(load)) {
		await Promise.race([load.ended, pause(every_s * 1000)]);
		if (!running(load))
			break;
		const sample = { at_s: (Date.now() - began) / 1000, ...await usage(stand.server.process.pid), work_mb: (await usage(work.pid)).resident_mb };
		samples.push(sample);
		tell(`${sample.at_s.toFixed(0)} s: ${sample.resident_mb.toFixed(1)} MB, ${sample.descriptors} descriptors; work ${sample.work_mb.toFixed(1)} MB`);
	}
	const result = await load.result;
	stand.nextTag = result.next_tag;
	await pause(1000);
	const after = await usage(stand.server.process.pid);
	const check = await stand.check({ first, next: result.next_tag, said });
	work.kill("SIGTERM");
	await work.ended;
	return { seconds, peak, rate: peak / 2, ...judge(samples, before, after, result), check, times: result.times, answers: result.answers, samples };
}

/** The first third warms up; of the rest, the first third is compared with the last. */
function judge(samples, before, after, result) {
	const warm = samples.slice(Math.floor(samples.length / 3));
	const third = Math.max(1, Math.floor(warm.length / 3));
	const early = mean(warm.slice(0, third).map((one) => one.resident_mb));
	const late = mean(warm.slice(-third).map((one) => one.resident_mb));
	const errors = Object.entries(result.answers).filter(([status]) => Number(status) >= 400).reduce((sum, [, count]) => sum + count, 0) + result.lost + result.unsent + result.hung_up;
	return {
		early_mb: early, late_mb: late, growth: late / early - 1, flat: late / early - 1 <= FLAT,
		errors, first_odd: result.first_odd, descriptors_before: before.descriptors, descriptors_after: after.descriptors, leaked: after.descriptors > before.descriptors + 2,
		begun_per_second: result.begun / result.seconds,
	};
}
