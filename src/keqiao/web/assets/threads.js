// The red thread: a curve from a need to the achievement it was matched with, drawn between the two columns.
const SVG = "http://www.w3.org/2000/svg";

export const threads = () => ({
  init() {
    this.draw();
    new ResizeObserver(() => this.draw()).observe(this.$el);
  },
  draw() {
    const svg = this.$el.querySelector("svg[data-threads]");
    if (!svg) return;
    const box = this.$el.getBoundingClientRect();
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    for (const pair of svg.dataset.threads.split(" ").filter(Boolean)) {
      const [need, achievement] = pair.split(":").map((id) => document.getElementById(id));
      if (need && achievement) svg.append(this.curve(need, achievement, box));
    }
  },
  curve(need, achievement, box) {
    const from = need.getBoundingClientRect();
    const to = achievement.getBoundingClientRect();
    const x1 = from.right - box.left, y1 = from.top + from.height / 2 - box.top;
    const x2 = to.left - box.left, y2 = to.top + to.height / 2 - box.top;
    const middle = (x1 + x2) / 2;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`);
    return path;
  },
});
