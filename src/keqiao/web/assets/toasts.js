// Short notices in the corner. The server sends them as `HX-Trigger: {"toast": {"text": …, "tone": "good"}}`.
const SHOWN = 6000;

const element = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

const button = () => {
  const close = element("button", { type: "button", "aria-label": document.body.dataset.wordClose });
  close.textContent = "✕";
  return close;
};

export const toast = (text, tone = "") => {
  const words = element("p", {});
  words.textContent = text;
  const close = button();
  const box = element("div", { class: `toast${tone ? ` tone-${tone}` : ""}` }, words, close);
  let timer = tone === "bad" ? 0 : setTimeout(() => box.remove(), SHOWN);
  close.addEventListener("click", () => box.remove());
  box.addEventListener("mouseenter", () => clearTimeout(timer));
  box.addEventListener("mouseleave", () => {
    if (timer) timer = setTimeout(() => box.remove(), SHOWN / 2);
  });
  document.getElementById("toasts")?.append(box);
};

export const startToasts = () => {
  document.addEventListener("toast", ({ detail }) => {
    const given = detail?.value ?? detail;
    toast(typeof given === "string" ? given : given.text, given.tone);
  });
};
