// The tray at the bottom that collects up to four achievements to set side by side; kept in this browser only.
import { toast } from "./toasts.js";

const LIMIT = 4;
const KEY = "compare";
const CHANGED = "compare:changed";

const read = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
};

const write = (items) => {
  localStorage.setItem(KEY, JSON.stringify(items));
  document.dispatchEvent(new CustomEvent(CHANGED, { detail: items }));
};

const toggle = (id, title) => {
  const items = read();
  const without = items.filter((item) => item.id !== id);
  if (without.length < items.length) write(without);
  else if (items.length < LIMIT) write([...items, { id, title }]);
  else toast(document.querySelector("[data-full]")?.dataset.full, "warn");
};

const paint = () => {
  const chosen = new Set(read().map((item) => item.id));
  for (const button of document.querySelectorAll("[data-compare]")) {
    button.setAttribute("aria-pressed", String(chosen.has(button.dataset.compare)));
  }
};

export const startCompareButtons = () => {
  paint();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-compare]");
    if (button) toggle(button.dataset.compare, button.dataset.title);
    const dropped = event.target.closest("[data-uncompare]")?.dataset.uncompare;
    if (dropped) write(read().filter((item) => item.id !== dropped));
    if (event.target.closest("[data-prints]")) print();
  });
  document.addEventListener(CHANGED, paint);
  document.addEventListener("htmx:after:swap", paint);
  addEventListener("storage", (event) => {
    if (event.key === KEY) document.dispatchEvent(new CustomEvent(CHANGED, { detail: read() }));
  });
};

export const compareTray = () => ({
  chosen: [],
  address: "",
  init() {
    this.address = this.$el.dataset.url;
    this.chosen = read();
    document.addEventListener(CHANGED, (event) => {
      this.chosen = event.detail;
    });
  },
  clear() {
    write([]);
  },
  get any() {
    return this.chosen.length > 0;
  },
  get count() {
    return this.chosen.length;
  },
  get url() {
    return `${this.address}?${this.chosen.map((item) => `a=${encodeURIComponent(item.id)}`).join("&")}`;
  },
});
