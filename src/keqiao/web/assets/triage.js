// Triage by keyboard: J next, K before, A accept, R return, X reject, ? help. Never while somebody types.
const TYPING = "input, textarea, select, [contenteditable], dialog[open]";
const MOVES = { j: 1, k: -1 };

// On the frame. Rows: [data-row] with a link; buttons: [data-key="a"]; the help is a dialog with x-ref="help".
export const triage = () => ({
  init() {
    this.root = this.$el;
    this.pressed = (event) => this.key(event);
    document.addEventListener("keydown", this.pressed);
    // The open one is in sight in a long queue, without moving the page.
    const open = this.root.querySelector('[data-row][aria-current="true"]');
    if (open) open.parentElement.scrollTop = open.offsetTop - open.parentElement.offsetHeight / 3;
  },
  destroy() {
    document.removeEventListener("keydown", this.pressed);
  },
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
    const name = event.key.toLowerCase();
    if (name === "?" || name === "？") this.showHelp();
    else if (!this.press(name) && !(name in MOVES && this.move(MOVES[name]))) return;
    event.preventDefault();
  },
  press(name) {
    const target = this.root.querySelector(`[data-key="${CSS.escape(name)}"]`);
    target?.click();
    return Boolean(target);
  },
  move(step) {
    const rows = [...this.root.querySelectorAll("[data-row]")];
    const now = rows.findIndex((row) => row.matches('[aria-current="true"], :has([aria-current="true"])'));
    const next = rows[Math.max(0, Math.min(rows.length - 1, now + step))];
    if (!next || next === rows[now]) return false;
    (next.matches("a, button") ? next : next.querySelector("a, button"))?.click();
    next.scrollIntoView({ block: "nearest" });
    return true;
  },
  showHelp() {
    this.$refs.help?.showModal();
  },
  closeHelp() {
    this.$refs.help.close();
  },
});
