// Forms save drafts by themselves: two seconds after the last key, and when the page is left.
const PAUSE = 2000;

export const autosave = () => ({
  state: "",
  timer: 0,
  init() {
    this.form = this.$el.closest("form") ?? this.$el;
    this.url = this.$el.dataset.saveUrl;
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("change", () => this.soon());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.flush(); });
  },
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
    this.state = this.$el.dataset.unsaved;
  },
  flush() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.save();
  },
  async save() {
    this.timer = 0;
    const body = new FormData(this.form);
    body.delete("key");
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    try {
      const answer = await fetch(this.url, { method: "POST", body, headers: { "X-Autosave": "1" }, keepalive: true });
      this.state = answer.status === 204 ? this.saved(answer) : this.$el.dataset.refused;
    } catch {
      this.state = this.$el.dataset.offline;
    }
  },
  saved(answer) {
    const id = answer.headers.get("X-Saved-Id");
    if (id && this.$el.dataset.editUrl) {
      this.url = this.$el.dataset.editUrl.replace("/0/", `/${id}/`);
      this.form.action = this.url;
      history.replaceState(null, "", this.url);
    }
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    return `${this.$el.dataset.saved} ${time}`;
  },
});
