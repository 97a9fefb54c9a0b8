// The chart library is fetched only when a page, or a fragment that came later, has a chart.
let asked = false;

const load = () => {
  if (!document.querySelector("[data-chart]")) return;
  if (window.drawCharts) window.drawCharts();
  if (asked) return;
  asked = true;
  const script = document.createElement("script");
  script.src = document.body.dataset.charts;
  document.head.append(script);
};

export const startCharts = () => {
  load();
  document.addEventListener("htmx:after:swap", load);
};
