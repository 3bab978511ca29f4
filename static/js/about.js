// SPDX-License-Identifier: Apache-2.0
// about.js: the about page needs no script but for the way out.

import { byId } from "./dom.js";
import { eraser } from "./eraser.js";

byId("eraser").replaceChildren(eraser());
