// The tray at the bottom that collects up to four achievements to set side by side.
const LIMIT = 4;
const KEY = "compare";

const read = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");

export const compareTray = () => ({
  chosen: [],
  init() {
    this.chosen = read();
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-compare]");
      if (button) this.toggle(button.dataset.compare, button.dataset.title);
    });
  },
  toggle(id, title) {
    const without = this.chosen.filter((item) => item.id !== id);
    this.keep(without.length < this.chosen.length ? without : [...without, { id, title }].slice(-LIMIT));
  },
  clear() { this.keep([]); },
  keep(items) {
    this.chosen = items;
    localStorage.setItem(KEY, JSON.stringify(items));
  },
  get any() { return this.chosen.length > 0; },
  get count() { return this.chosen.length; },
  get url() {
    return `${this.$el.dataset.url}?${this.chosen.map((item) => `a=${encodeURIComponent(item.id)}`).join("&")}`;
  },
});
