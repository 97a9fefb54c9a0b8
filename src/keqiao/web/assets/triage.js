// Triage by keyboard: J next, K before, A accept, R return, X reject, ? help. Never while somebody types.
const TYPING = "input, textarea, select, [contenteditable]";

export const triage = () => ({
  init() {
    document.addEventListener("keydown", (event) => this.key(event));
  },
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    const name = event.key.toLowerCase();
    if (name === "?") { this.$refs.help?.showModal(); return; }
    const target = this.$el.querySelector(`[data-key="${CSS.escape(name)}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  },
  closeHelp() { this.$refs.help.close(); },
});
