// Forms save drafts by themselves: two seconds after the last key, and when the page is left.
const PAUSE = 2000;

const withoutFiles = (form) => {
  const body = new FormData(form);
  body.delete("key");
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  return body;
};

const clock = () =>
  new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

// On an element inside the form; its data-* say where to save and what to say.
export const autosave = () => ({
  state: "",
  timer: 0,
  saving: null,
  init() {
    this.words = this.$el.dataset;
    this.form = this.$el.closest("form") ?? this.$el;
    this.url = this.words.saveUrl;
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("change", () => this.soon());
    this.form.addEventListener("submit", () => clearTimeout(this.timer));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush();
    });
  },
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
    this.state = this.words.unsaved;
  },
  flush() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.save();
  },
  async save() {
    this.timer = 0;
    await this.saving; // the first save of a new row brings its address; the second must not make another row
    this.saving = this.send();
    await this.saving;
  },
  async send() {
    const headers = { "X-Autosave": "1" };
    try {
      const answer = await fetch(this.url, { method: "POST", body: withoutFiles(this.form), headers, keepalive: true });
      this.state = answer.status === 204 ? this.saved(answer) : this.words.refused;
    } catch {
      this.state = this.words.offline;
    }
  },
  saved(answer) {
    const id = answer.headers.get("X-Saved-Id");
    if (id && this.words.editUrl) {
      this.url = this.words.editUrl.replace("/0/", `/${id}/`);
      this.form.action = this.url;
      history.replaceState(null, "", this.url);
    }
    return `${this.words.saved} ${clock()}`;
  },
});
