// What every page needs: htmx for fragments, Alpine (CSP build) for small things with a state. Nothing inline.
import "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-alpine-compat.js";
import Alpine from "@alpinejs/csp";
import { autosave } from "./autosave.js";
import { startAnswers, startCarrying } from "./carry.js";
import { startCharts } from "./chart-loader.js";
import { compareTray, startCompareButtons } from "./compare.js";
import { startDialogs } from "./dialogs.js";
import { drawer } from "./drawer.js";
import { feed } from "./feed.js";
import { fileDrop } from "./file-drop.js";
import { startForms } from "./forms.js";
import { startPasskeys } from "./passkeys.js";
import { startRequests } from "./requests.js";
import { copyText, counter, menu, sheet, theme } from "./small.js";
import { threads } from "./threads.js";
import { startToasts } from "./toasts.js";
import { triage } from "./triage.js";

const components = { autosave, compareTray, copyText, counter, drawer, feed, fileDrop, menu, sheet, theme, threads, triage };
for (const [name, component] of Object.entries(components)) Alpine.data(name, component);
Alpine.data("dialog", () => ({
  show() {
    this.$refs.dialog.showModal();
  },
  hide() {
    this.$refs.dialog.close();
  },
}));

const beginnings = [startToasts, startRequests, startForms, startDialogs, startCompareButtons, startCharts, startPasskeys, startAnswers, startCarrying];
for (const start of beginnings) start();

window.Alpine = Alpine;
Alpine.start();
