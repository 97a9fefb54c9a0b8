// What goes wrong with a passkey in the browser is said in words on the page, not only in the console.
const WORDS = { NotAllowedError: "wordCancelled", AbortError: "wordCancelled", InvalidStateError: "wordKnown" };
const IMPOSSIBLE = new Set(["SecurityError", "NotSupportedError", "TypeError"]);

const wordFor = (name) => WORDS[name] ?? (IMPOSSIBLE.has(name) ? "wordUnsupported" : "wordFailed");

export const startPasskeys = () => {
  document.addEventListener("allauth.error", (event) => {
    const box = document.querySelector("[data-passkey-trouble]");
    if (!box) return;
    event.preventDefault();
    const name = window.PublicKeyCredential ? event.detail.exception?.name : "NotSupportedError";
    box.querySelector("p").textContent = box.dataset[wordFor(name)];
    box.hidden = false;
    box.focus();
  });
};
