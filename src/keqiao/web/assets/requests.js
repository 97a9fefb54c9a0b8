// Around htmx: the CSRF token, a thin line while something loads, words when it fails, the login page when it is asked.
import { toast } from "./toasts.js";

const words = () => document.body.dataset;
let running = 0;

const line = (change) => {
  running = Math.max(0, running + change);
  const bar = document.querySelector("[data-loading-line]");
  if (bar) bar.dataset.on = String(running > 0);
};

const failed = (event) => {
  const response = event.detail.ctx.response;
  if (response.status === 422) return; // the form comes back with what has to be mended
  if (response.status === 401 || response.status === 403) toast(words().wordRefused, "bad");
  else if (response.status === 429) toast(words().wordBusy, "bad");
  else toast(response.status === 409 ? words().wordRefused : words().wordFailed, "bad");
};

export const startRequests = () => {
  document.addEventListener("htmx:config:request", ({ detail }) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token) detail.ctx.request.headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:before:request", () => line(1));
  document.addEventListener("htmx:finally:request", () => line(-1));
  document.addEventListener("htmx:response:error", failed);
  document.addEventListener("htmx:error", () => {
    if (!navigator.onLine) toast(words().wordOffline, "bad");
  });
  // A fragment that was redirected to the login page is no fragment: go there.
  document.addEventListener("htmx:before:swap", (event) => {
    const raw = event.detail.ctx?.response?.raw;
    if (!raw?.redirected || !new URL(raw.url).pathname.startsWith("/accounts/")) return;
    event.preventDefault();
    location.assign(`/accounts/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
  });
};
