// The red thread: a curve from a need to the achievement it was matched with, drawn in the gap between two columns.
const SVG = "http://www.w3.org/2000/svg";

const shape = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const curve = (from, to) => {
  const bend = (to.x - from.x) * 0.5;
  return `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
};

// On the frame that holds both columns and an <svg data-threads="need-1:achievement-4 …">, the freshest pair first.
export const threads = () => ({
  init() {
    this.root = this.$el;
    this.draw();
    new ResizeObserver(() => this.draw()).observe(this.root);
    this.root.addEventListener("threads:draw", () => this.draw());
    document.addEventListener("threads:draw", () => this.draw());
    document.fonts?.ready.then(() => this.draw());
  },
  draw() {
    const svg = this.root.querySelector("svg[data-threads]");
    if (!svg) return;
    const box = this.root.getBoundingClientRect();
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    svg.dataset.threads
      .split(" ")
      .filter(Boolean)
      .forEach((pair, index) => {
        const [need, achievement] = pair.split(":").map((id) => this.root.querySelector(`[id="${CSS.escape(id)}"]`));
        if (need && achievement) svg.append(this.thread(need, achievement, box, index));
      });
  },
  thread(need, achievement, box, index) {
    const left = need.getBoundingClientRect();
    const right = achievement.getBoundingClientRect();
    const from = { x: left.right - box.left, y: left.top + left.height / 2 - box.top };
    const to = { x: right.left - box.left, y: right.top + right.height / 2 - box.top };
    const group = shape("g", { class: index === 0 ? "thread-fresh" : "thread-older" });
    group.append(shape("path", { d: curve(from, to) }));
    for (const end of [from, to]) group.append(shape("circle", { cx: end.x, cy: end.y, r: index === 0 ? 4 : 3 }));
    return group;
  },
});
