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
  busy: false,
  init() {
    this.words = this.$el.dataset;
    this.form = this.$el.closest("form") ?? this.$el;
    this.url = this.words.saveUrl;
    // Not on change: that comes as the pointer goes down on a button, which must not move from under it.
    this.form.addEventListener("input", () => this.soon());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush();
    });
  },
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
    this.state = this.words.unsaved;
  },
  // Sent while a save is under way, the form would make a second draft, or be told that somebody else had saved.
  submitted(event) {
    clearTimeout(this.timer);
    if (!this.busy) return;
    event.preventDefault();
    this.saving.then(() => this.form.requestSubmit(event.submitter));
  },
  flush() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.save();
  },
  async save() {
    this.timer = 0;
    await this.saving; // the first save of a new row brings its address; the second must not make another row
    this.busy = true;
    this.saving = this.send();
    await this.saving;
    this.busy = false;
  },
  async send() {
    const headers = { "X-Autosave": "1" };
    try {
      const answer = await fetch(this.url, { method: "POST", body: withoutFiles(this.form), headers, keepalive: true });
      const said = answer.headers.get("content-type")?.startsWith("text/plain") ? await answer.text() : "";
      this.state = answer.ok && !answer.redirected ? `${this.saved(answer)} ${said}` : said || this.words.refused;
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
    const version = this.form.elements.version;
    if (version) version.value = answer.headers.get("X-Saved-Version");
    return `${this.words.saved} ${clock()}`;
  },
});
