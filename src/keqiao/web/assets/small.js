// Menus, the sheet of the phone, the theme, the counter of characters.

// On a <details>: closes on Escape, on a click elsewhere, and when the keyboard leaves it.
export const menu = () => ({
  init() {
    const box = this.$el;
    const face = box.querySelector("summary");
    this.elsewhere = (event) => {
      if (box.open && !box.contains(event.target)) box.open = false;
    };
    document.addEventListener("click", this.elsewhere);
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.open) return;
      event.stopPropagation();
      box.open = false;
      face.focus();
    });
    box.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !box.contains(event.relatedTarget)) box.open = false;
    });
  },
  destroy() {
    document.removeEventListener("click", this.elsewhere);
  },
});

export const sheet = () => ({
  open: false,
  toggle() {
    this.open = !this.open;
    document.documentElement.classList.toggle("overflow-hidden", this.open);
  },
  close() {
    if (this.open) this.toggle();
  },
});

const YEAR = 31_536_000;

// Kept in a cookie, so that the server draws the page in the chosen theme and nothing flashes.
export const theme = () => ({
  turn() {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const next = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    document.cookie = `theme=${next};path=/;max-age=${YEAR};samesite=lax`;
    document.dispatchEvent(new CustomEvent("theme:turned"));
  },
});

// Counts characters as people do (one emoji is one), against the field's own limit.
export const counter = () => ({
  length: 0,
  limit: 0,
  init() {
    const box = this.$el.querySelector("textarea, input:not([type=hidden])");
    this.limit = Number(this.$el.dataset.limit) || Math.max(0, box.maxLength);
    const count = () => {
      this.length = [...box.value].length;
    };
    box.addEventListener("input", count);
    count();
  },
  get text() {
    return this.limit ? `${this.length} / ${this.limit}` : `${this.length}`;
  },
  get over() {
    return this.limit > 0 && this.length > this.limit;
  },
});

// A readonly field with a button that copies it; where the browser does not let us, the text is selected instead.
export const copyText = () => ({
  async copy(event) {
    const button = event.currentTarget;
    this.$refs.text.select();
    try {
      await navigator.clipboard.writeText(this.$refs.text.value);
      button.textContent = button.dataset.copied;
    } catch {
      this.$refs.text.focus();
    }
  },
});
