// Charts, loaded only where there is one. Each <div data-chart="id"> takes its options from the JSON script of that id.
import { BarChart, FunnelChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, FunnelChart, LineChart, ScatterChart, AriaComponent, GridComponent, LegendComponent, MarkAreaComponent,
  MarkLineComponent, TooltipComponent, CanvasRenderer]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// "var(--thread)" in the options becomes the colour of the theme that is shown.
const coloured = (value) => {
  if (typeof value === "string" && value.startsWith("var(")) return token(value.slice(4, -1));
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, coloured(inner)]));
  }
  return value;
};

const draw = (place) => {
  const options = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = place.chart ?? init(place);
  place.chart = chart;
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("--ink") },
    color: [token("--thread"), token("--need"), token("--achievement"), token("--muted")],
    ...coloured(options),
  }, true);
  new ResizeObserver(() => chart.resize()).observe(place);
};

const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
drawAll();
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
