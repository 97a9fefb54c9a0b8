// The rolling feed: server-sent events put new needs left and new achievements right. The browser reconnects and
// sends Last-Event-ID by itself; when the server ends the stream for good, we open it again, later each time.
const LONGEST = 60_000;

export const feed = () => ({
  live: true,
  wait: 1000,
  seen: "",
  init() {
    this.root = this.$el;
    this.words = this.$el.dataset;
    this.keep = Number(this.words.keep) || 6;
    this.open();
    addEventListener("pagehide", () => this.source.close());
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.open();
    });
  },
  open() {
    const after = this.seen ? `&after=${this.seen}` : "";
    this.source = new EventSource(this.words.url + after);
    this.source.addEventListener("feed", (event) => {
      this.seen = event.lastEventId;
      this.add(JSON.parse(event.data));
    });
    this.source.addEventListener("open", () => {
      this.live = true;
      this.wait = 1000;
    });
    this.source.addEventListener("error", () => this.lost());
  },
  lost() {
    this.live = false;
    if (this.source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST);
  },
  get stale() {
    return !this.live;
  },
  add(item) {
    const list = this.root.querySelector(`[data-feed="${item.type}"]`);
    const pattern = list?.firstElementChild;
    if (!pattern) return;
    const line = pattern.cloneNode(true);
    line.id = `${item.type}-${item.url.match(/(\d+)\/?$/)?.[1] ?? item.position}`;
    document.getElementById(line.id)?.remove();
    const link = line.querySelector("a");
    link.href = item.url;
    line.querySelector("[data-title]").textContent = item.title;
    for (const [name, text] of [["time", this.words.now], ["[data-kind]", item.topic]]) {
      const part = line.querySelector(name);
      if (part) part.textContent = text;
    }
    line.classList.add("feed-fresh");
    list.prepend(line);
    while (list.children.length > this.keep) list.lastElementChild.remove();
    this.root.dispatchEvent(new CustomEvent("threads:draw", { bubbles: true }));
  },
});
