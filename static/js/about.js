// SPDX-License-Identifier: Apache-2.0
// about.js: the about page needs no script but for the way out.

import { byId } from "./dom.js";
import { eraseMe } from "./erase-me.js";

byId("eraser").replaceChildren(eraseMe());
