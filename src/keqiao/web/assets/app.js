// What every page needs: htmx for fragments, Alpine (CSP build) for menus and small helpers. Nothing inline.
import "htmx.org";
import Alpine from "@alpinejs/csp";
import { autosave } from "./autosave.js";
import { compareTray } from "./compare.js";
import { feed } from "./feed.js";
import { threads } from "./threads.js";
import { triage } from "./triage.js";

const root = document.documentElement;

Alpine.data("menu", () => ({
  open: false,
  toggle() { this.open = !this.open; },
  close() { this.open = false; },
}));

Alpine.data("theme", () => ({
  switch() {
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    localStorage.setItem("theme", next);
  },
}));

Alpine.data("counter", () => ({
  length: 0,
  limit: 0,
  init() {
    const box = this.$el.querySelector("textarea, input");
    this.limit = Number(box.maxLength);
    const count = () => { this.length = [...box.value].length; };
    box.addEventListener("input", count);
    count();
  },
  get text() { return `${this.length} / ${this.limit}`; },
}));

Alpine.data("dialog", () => ({
  show() { this.$refs.dialog.showModal(); },
  hide() { this.$refs.dialog.close(); },
}));

Alpine.data("autosave", autosave);
Alpine.data("compareTray", compareTray);
Alpine.data("feed", feed);
Alpine.data("threads", threads);
Alpine.data("triage", triage);

// A form that was sent once is not sent twice by an impatient second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post") form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// Alpine and htmx live side by side: what htmx brings in is initialised by Alpine's own observer.
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.ctx.request.headers["X-CSRFToken"] = token;
});

document.querySelectorAll("[data-error-summary]").forEach((summary) => summary.focus());

window.Alpine = Alpine;
Alpine.start();
