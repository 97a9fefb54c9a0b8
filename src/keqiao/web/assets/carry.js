// A text goes along to the page where it is needed, through the login too. It stays in this tab, and is sent nowhere.
const KEY = "carried:";

export const startCarrying = () => {
  document.addEventListener("click", (event) => {
    const name = event.target.closest("[data-carries]")?.dataset.carries;
    const text = name && document.getElementById(name)?.value;
    if (text) sessionStorage.setItem(KEY + name, text);
  });
  for (const box of document.querySelectorAll("[data-carried]")) {
    const text = sessionStorage.getItem(KEY + box.dataset.carried);
    if (text && !box.value) box.value = text;
    sessionStorage.removeItem(KEY + box.dataset.carried);
    box.dispatchEvent(new Event("input"));
  }
};

// The answer to a form comes into view, with the box that asked still on the page where there is room.
export const startAnswers = () => {
  // Its place is taken at once: what stands below moves with the click, not when the answer comes.
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.target.closest?.("form[data-waiting]");
    if (form !== event.target) return;
    const blank = document.getElementById(form.dataset.waiting);
    const answer = document.getElementById(form.dataset.answers);
    if (blank && !answer.firstElementChild) answer.replaceChildren(blank.content.cloneNode(true));
  });
  document.addEventListener("htmx:after:swap", () => {
    const asked = document.activeElement?.closest("form[data-answers]");
    const answer = asked && document.getElementById(asked.dataset.answers);
    if (answer?.firstElementChild && asked.querySelector("button:focus")) {
      answer.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  });
};
