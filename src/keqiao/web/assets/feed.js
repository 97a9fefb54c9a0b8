// The rolling feed: server-sent events put new needs left and new achievements right. The browser reconnects and
// sends Last-Event-ID by itself; when it cannot, the page says that it is not live.
const KEEP = 6;

export const feed = () => ({
  live: true,
  init() {
    const source = new EventSource(this.$el.dataset.url);
    source.addEventListener("feed", (event) => this.add(JSON.parse(event.data)));
    source.addEventListener("open", () => { this.live = true; });
    source.addEventListener("error", () => { this.live = false; });
    window.addEventListener("pagehide", () => source.close());
  },
  get stale() { return !this.live; },
  add(item) {
    const list = this.$el.querySelector(`[data-feed="${item.type}"]`);
    if (!list) return;
    const line = list.querySelector("li").cloneNode(true);
    const link = line.querySelector("a");
    link.href = item.url;
    line.querySelector("[data-title]").textContent = item.title;
    line.querySelector("time").textContent = this.$el.dataset.now;
    list.prepend(line);
    while (list.children.length > KEEP) list.lastElementChild.remove();
  },
});
