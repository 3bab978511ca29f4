// SPDX-License-Identifier: Apache-2.0
// account.js: who is signed in, in a page's head, and the way out.

import { erase, get } from "./api.js";
import { byId } from "./dom.js";

/** @param {{email: string}|null} account  null: nobody */
export function showAccount(account) {
	byId("account").textContent = account?.email ?? "";
	byId("sign-out").hidden = !account;
}

/** Asks who is signed in, shows it and answers it; null: nobody. @param {() => void} onOut they signed out  @param {(account: object) => void} [onIn] */
export async function watchAccount(onOut, onIn) {
	byId("sign-out").addEventListener("click", async () => {
		try {
			await erase("/session");
		} catch (error) {
			if (error.status !== 401)
				return;
		}
		showAccount(null);
		onOut();
	});
	try {
		const { account } = (await get("/session")).body;
		showAccount(account);
		onIn?.(account);
		return account;
	} catch { /* nobody, or the server is busy: a page for reading needs no account */
		return null;
	}
}
