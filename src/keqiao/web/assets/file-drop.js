// Shows the names and sizes of chosen files, and refuses what is too big before it is sent.
const MEGABYTE = 2 ** 20;

const size = (bytes) => (bytes < MEGABYTE ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MEGABYTE).toFixed(1)} MB`);

export const fileDrop = () => ({
  names: "",
  problem: "",
  over: false,
  init() {
    this.input = this.$el.querySelector('input[type="file"]');
    this.words = this.$el.dataset;
    this.input.addEventListener("change", () => this.show());
    for (const name of ["dragenter", "dragover"]) this.$el.addEventListener(name, () => this.hover(true));
    for (const name of ["dragleave", "drop"]) this.$el.addEventListener(name, () => this.hover(false));
  },
  hover(over) {
    this.over = over;
  },
  show() {
    const files = [...this.input.files];
    const limit = Number(this.words.limit) || Infinity;
    const big = files.find((file) => file.size > limit);
    const empty = files.find((file) => file.size === 0);
    this.problem = big ? `${big.name}：${this.words.tooBig}` : empty ? `${empty.name}：${this.words.empty}` : "";
    this.input.setCustomValidity(this.problem);
    this.names = files.map((file) => `${file.name} · ${size(file.size)}`).join("\n");
  },
});
