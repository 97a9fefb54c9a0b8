// Loaded before the page is drawn, so that nothing flashes in the wrong theme.
const stored = localStorage.getItem("theme");
const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.theme = stored ?? (dark ? "dark" : "light");
