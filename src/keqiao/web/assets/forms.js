// Forms: the summary of errors gets the focus, and an impatient second click sends nothing twice.
const focusSummary = (root) => root.querySelector?.("[data-error-summary]")?.focus();

const once = (event) => {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
};

export const startForms = () => {
  document.addEventListener("submit", once);
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  focusSummary(document);
  document.addEventListener("htmx:after:swap", () => focusSummary(document));
  // Changing a filter applies it: no button to look for.
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submits]")) event.target.form.requestSubmit();
  });
};
