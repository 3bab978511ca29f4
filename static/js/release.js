// SPDX-License-Identifier: Apache-2.0
// release.js: releases in a list, and one release: its splits, its files with their checksums, how to load it.

import { get, inWords, post } from "./api.js";
import { key } from "./chart.js";
import { el, focusOn } from "./dom.js";
import { nodes, t, term } from "./lang.js";
import { markdown } from "./markdown.js";
import { onMore } from "./paging.js";
import { changesSince } from "./release-changes.js";
import { drawnFigures } from "./release-figures.js";
import { bytes, day, share } from "./words.js";

const FILES_AT_ONCE = 10_000;
const MANY_ITEMS = 10_000; // folders are split from there on (docs/dataset-format.md)
const SPLITS = ["train", "validation", "test"];

const total = (split) => (split?.real ?? 0) + (split?.fake ?? 0);

/** What a split holds, in words; sealed items are in the test split. */
function splitWords(name, { real = 0, fake = 0 }, sealed) {
	return name === "test" && sealed > 0 ? t("release.split_sealed", { real, fake, n: sealed }) : t("release.split", { real, fake });
}

/** Bars of one scale: real, then fake, for each split. */
function splitBars({ splits, sealed }) {
	const most = Math.max(1, ...SPLITS.map((name) => total(splits[name])));
	return el("dl", { class: "splits" }, SPLITS.map((name) => {
		const { real = 0, fake = 0 } = splits[name] ?? {};
		const bar = (tone, n) => {
			if (n === 0)
				return null;
			const part = el("i", { class: tone });
			part.style.width = `${(100 * n) / most}%`;
			return part;
		};
		return [el("dt", {}, term("split", name)), el("dd", {}, splitWords(name, { real, fake }, sealed)),
			el("dd", { class: "split", "aria-hidden": "true" }, bar("r", real), bar("f", fake))];
	}));
}

function summary(release) {
	const media = Object.entries(release.media_types ?? {}).filter(([, n]) => n > 0).map(([type, n]) => term("medium_count", type, { n })).join(", ");
	return [day(release.created_at), t("release.items", { n: release.items }), media, Number.isFinite(release.alpha) ? t("release.alpha", { alpha: share(release.alpha) }) : "", bytes(release.bytes)]
		.filter(Boolean).join(" · ");
}

const hashOf = ({ name, version }) => `#${encodeURIComponent(name)}/${encodeURIComponent(version)}`;

/** For whom it is, where it is not for everybody. */
const isLimited = ({ audience }) => audience === "researchers";
const audienceMark = (release) => (isLimited(release) ? el("span", { class: "state", "data-testid": "release-audience" }, term("release_audience", release.audience)) : null);

const link = (release) => el("a", { href: hashOf(release) }, `${release.name} ${release.version}`);
const isReady = ({ state }) => state === "ready";

/** The versions behind a fold: those that nobody looks for first. */
function earlier(versions, more) {
	if (versions.length === 0)
		return null;
	return el("details", { "data-testid": "earlier-versions" },
		el("summary", {}, t(more ? "release.earlier_or_more" : "release.earlier", { n: versions.length })),
		el("ul", {}, versions.map((release) => el("li", { "data-testid": "release-version" }, link(release),
			el("span", { class: "quiet" }, ` ${day(release.created_at)} · ${t("release.items", { n: release.items })}`)))));
}

/**
 * One name: its newest version that can be had, the earlier ones folded, and what is being written.
 * @param {object[]} versions newest first  @param {boolean} more the server may have earlier ones
 */
export function releaseCard(versions, more) {
	const ready = versions.filter(isReady);
	const first = ready[0] ?? versions[0];
	const state = (release) => el("span", { class: "state" }, term("release_state", release.state));
	return el("li", { class: "card", "data-testid": "release-card", "data-name": first.name, "data-version": first.version },
		el("h3", {}, isReady(first) ? [link(first), audienceMark(first)] : [`${first.name} ${first.version}`, state(first)]),
		el("p", { class: "quiet" }, isReady(first) ? summary(first) : day(first.created_at)),
		isReady(first) ? splitBars(first) : null,
		versions.filter((one) => one !== first && !isReady(one)).map((one) => el("p", { class: "quiet" }, one.version, state(one))),
		earlier(ready.slice(1), more));
}

const fileRow = (file) => el("tr", {},
	el("td", {}, el("a", { href: file.url, download: file.path.split("/").pop(), "data-path": file.path }, file.path)),
	el("td", { class: "n" }, bytes(file.bytes)),
	el("td", {}, el("span", { class: "mono" }, file.sha256)));

function fileTable(files, id) {
	return el("div", { class: "scroll" }, el("table", { class: "files", "data-testid": id },
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("release.head_file")), el("th", { scope: "col", class: "n" }, t("release.head_size")), el("th", { scope: "col" }, "SHA-256"))),
		el("tbody", {}, files.map(fileRow))));
}

const FIGURES = /^figures\.json$/;
const CLASS_FOLDER = /^(.*?)\/?(train|validation|test)\/(real|fake)\//;
const isMedium = (file) => CLASS_FOLDER.test(file.path);

const addressOf = ({ name, version }) => `/releases/${encodeURIComponent(name)}/${encodeURIComponent(version)}`;

/**
 * The table of all media. Pages that the server has not sent yet follow by themselves, FILES_AT_ONCE rows in all, while
 * the table is open and on the page; a button goes on from there.
 */
function mediaTable(release, media, total) {
	const table = fileTable(media, "release-media");
	const state = el("p", { class: "quiet", role: "status", "data-testid": "release-media-count" });
	const more = el("button", { type: "button", hidden: true, "data-testid": "more-files" }, t("release.show_more"));
	const box = el("div", {}, state, table, more);
	let next = release.files_next;
	let shown = media.length;
	const tell = () => {
		state.textContent = t(next && more.hidden ? "release.shown_loading" : "release.shown", { shown, n: total });
	};
	const fetchNext = async () => {
		const end = shown + FILES_AT_ONCE;
		more.hidden = true;
		tell();
		try {
			while (next && shown < end && box.isConnected && box.parentElement.open) {
				const { body } = await get(`${addressOf(release)}?files_after=${encodeURIComponent(next)}`);
				table.querySelector("tbody").append(...body.files.map(fileRow));
				next = body.files_next;
				shown += body.files.length;
				tell();
			}
		} finally {
			more.hidden = !next;
			tell();
		}
	};
	const problem = el("p", { role: "status" });
	onMore(more, problem, fetchNext);
	box.append(problem);
	// The caller puts the table on the page first.
	queueMicrotask(() => more.click());
	return box;
}

/** The tables, all in the server's first page; the media, which may be very many, behind a click. */
function fileLists(release) {
	const { files, items } = release;
	const media = files.filter(isMedium);
	const rest = files.filter((file) => !isMedium(file));
	const size = release.bytes - rest.reduce((sum, file) => sum + file.bytes, 0);
	const title = el("h2", {}, t("release.files", { n: rest.length + items }));
	if (media.length === 0)
		return [title, fileTable(rest, "release-files")];
	const more = el("details", { "data-testid": "release-media-box" }, el("summary", {}, t("release.media", { n: items, size: bytes(size) })));
	more.addEventListener("toggle", () => more.append(mediaTable(release, media, items)), { once: true });
	return [title, fileTable(rest, "release-files"), more];
}

/** Which formats spare whoever gets a large release its very many files. */
const fewFiles = ({ items }) => (items > MANY_ITEMS ? el("p", { "data-testid": "release-few-files" }, t("release.few_files", { n: items })) : null);

/** The formats that are made, each as one archive. */
function archives(release) {
	const { layouts = [] } = release;
	if (layouts.length === 0)
		return [fewFiles(release), el("p", { class: "quiet" }, t("release.no_formats"))];
	const link = ({ url, bytes: size }, ending) => el("a", { href: url, download: "", "data-archive": url.split("/").pop() }, `${ending}, ${bytes(size)}`);
	return [
		el("p", {}, t("release.formats_lead")),
		fewFiles(release),
		el("div", { class: "scroll" }, el("table", { class: "files", "data-testid": "release-formats" },
			el("thead", {}, el("tr", {}, [t("release.head_format"), t("release.head_for"), t("release.head_archive")].map((head) => el("th", { scope: "col" }, head)))),
			el("tbody", {}, layouts.map((layout) => el("tr", {},
				el("td", { class: "mono" }, layout.format), el("td", {}, term("layout", layout.format)),
				el("td", {}, link(layout.tar, "tar"), " ", link(layout.zip, "zip"))))))),
	];
}

/** What a shell or a program types, with this release's own addresses and folders. */
function recipes(release) {
	const { name, version, state, layouts = [] } = release;
	if (state !== "ready")
		return el("p", { class: "quiet" }, t("release.not_ready"));
	const folder = `${name}-${version}`;
	const base = new URL(`/api/v1${addressOf({ name, version })}`, location.href).href;
	const pre = (title, text) => el("pre", { tabindex: "0", role: "group", "aria-label": title }, text);
	const recipe = (title, text) => [el("h3", {}, title), pre(title, text)];
	const has = (format) => layouts.some((layout) => layout.format === format);
	const load = (format) => t("release.load_format", { format });
	const types = Object.values(release.media_types ?? {}).filter((n) => n > 0).length;
	return [
		has("touchstone") ? recipe(t("release.in_one_line"), `curl -fsS ${base}/archives/touchstone.tar | tar -x && cd ${folder} && sha256sum -c --quiet SHA256SUMS && echo complete`) : [],
		recipe(t("release.fetch"), `base=${base}/files
mkdir -p ${folder} && cd ${folder} && curl -fsSO $base/SHA256SUMS &&
{ sha256sum -c --status SHA256SUMS 2>/dev/null ||
  LC_ALL=C sha256sum -c SHA256SUMS 2>/dev/null | sed -n 's/: FAILED.*//p' |
    awk -v b=$base '{ printf "url = \\"%s/%s\\"\\noutput = \\"%s\\"\\n", b, $0, $0 }' |
    curl -fsS --retry 5 --create-dirs -K -; }
for f in SHA256SUMS.minisig manifest.note; do curl -fsO $base/$f; done
sha256sum -c --quiet SHA256SUMS && echo complete`),
		el("p", { class: "quiet" }, t("release.fetch_again")),
		has("class-folders") ? recipe(load("class-folders"), `from torchvision.datasets import ImageFolder
train = ImageFolder("${folder}/train")   # 0 is real, 1 is fake`) : [],
		has("huggingface") ? recipe(load("huggingface"), `from datasets import load_dataset
data = load_dataset("imagefolder", data_dir="${folder}${types > 1 ? "/image" : ""}")
print(data["train"][0])`) : [],
		has("webdataset") ? recipe(load("webdataset"), `import glob, webdataset
shards = sorted(glob.glob("${folder}/image-train-*.tar"))
train = webdataset.WebDataset(shards).decode("pil").to_tuple("jpg", "cls")`) : [],
		has("csv") ? recipe(load("csv"), `SELECT label, count(*) FROM read_csv('${folder}/labels.csv') GROUP BY label;   -- DuckDB`) : [],
		has("dfdc") ? recipe(load("dfdc"), `import json
train = json.load(open("${folder}/train/metadata.json"))   # file: label, split, original`) : [],
	];
}

/** What the release counts of itself; nothing where it was made before releases did. */
async function figures(release) {
	if (!release.files.some((file) => FIGURES.test(file.path)))
		return "";
	const section = (content) => el("section", {}, el("h2", {}, t("drawn.title")), content);
	try {
		return section(drawnFigures((await get(`${addressOf(release)}/files/figures.json`)).body));
	} catch (error) {
		return section(el("p", { role: "alert" }, inWords(error)));
	}
}

/** What is sealed of it, and where it is published. */
function sealedLabels({ sealed, unsealed }) {
	if (!(sealed > 0))
		return "";
	return el("section", { "data-testid": "sealed" }, el("h2", {}, t("release.sealed")), el("p", {}, t("release.sealed_lead", { n: sealed })),
		el("p", {}, unsealed ? t("release.unsealed", { day: day(unsealed.at) }) : t("release.sealed_later")),
		unsealed ? fileTable([unsealed.file], "sealed-labels") : null);
}

/** The opening to everybody, for good: what it does is said first, and then it is asked for once more. */
function opening(release, again) {
	const box = el("div", { "data-testid": "release-opening", "aria-live": "polite" });
	const begin = el("button", { type: "button", "data-testid": "release-open", onclick: () => {
		const go = el("button", { type: "button", class: "go", "data-testid": "release-open-go", onclick: async () => {
			try {
				await post(`${addressOf(release)}/open`, {});
				await again();
			} catch (error) {
				box.append(el("p", { class: "wrong", role: "alert" }, inWords(error)));
			}
		} }, t("release.open"));
		const leave = el("button", { type: "button", onclick: () => { box.replaceChildren(begin); focusOn(begin); } }, t("release.open_not"));
		box.replaceChildren(el("p", {}, t("release.open_ask")), el("div", { class: "bar" }, leave, go));
		focusOn(go);
	} }, t("release.open"));
	box.append(begin);
	return box;
}

/** What is asked of who would fetch it, and where access is asked for; an admin may open it to everybody. */
async function audienceNote(release, who, again) {
	if (!isLimited(release))
		return "";
	const note = el("p", {}, nodes("release.limited", {}, (words) => el("a", { href: "/access" }, words)));
	return el("div", { class: "card", "data-testid": "release-limited" }, note, (await who)?.role === "admin" ? opening(release, again) : null);
}

/** Fills the box with one release. @param {Promise<{role: string}|null>} who is signed in */
export async function showRelease(box, name, version, who) {
	const back = el("p", {}, el("a", { href: "#" }, t("release.back")));
	const heading = el("h1", { tabindex: "-1" }, `${name} ${version}`);
	box.replaceChildren(back, heading, el("p", { class: "quiet" }, t("release.loading")));
	focusOn(heading);
	let release;
	try {
		release = (await get(addressOf({ name, version }))).body;
	} catch (error) {
		box.replaceChildren(back, heading, el("p", { role: "alert" }, error.status === 404 ? t("release.none_such") : inWords(error)));
		return;
	}
	const [drawn, audience] = await Promise.all([figures(release), audienceNote(release, who, () => showRelease(box, name, version, who))]);
	box.replaceChildren(back, heading, el("p", { class: "lead" }, summary(release)), audience,
		el("section", {}, el("h2", {}, t("release.splits")), key([["", term("verdict", "real")], ["f", term("verdict", "fake")]]), splitBars(release)),
		sealedLabels(release),
		drawn,
		changesSince(release, link),
		el("section", {}, el("h2", {}, t("release.formats")), archives(release)),
		el("section", {}, fileLists(release)),
		el("section", {}, el("h2", {}, t("release.how_to")), recipes(release)),
		release.card ? el("section", {}, el("h2", {}, t("release.card")), el("div", { class: "card", "data-testid": "card" }, markdown(release.card))) : "");
}
