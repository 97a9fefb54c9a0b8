// Charts. Each <div data-chart="id"> takes its options from the JSON script of that id; drawn as SVG, sharp on any
// screen and on paper. Colours written as "var(--need)" follow the theme.
import { BarChart, FunnelChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart,
  FunnelChart,
  LineChart,
  ScatterChart,
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  SVGRenderer,
]);

// The value as the browser computes it: tokens are light-dark() pairs, which the library cannot read.
const colour = (name) => {
  const probe = document.createElement("span");
  probe.style.color = name;
  probe.hidden = true;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const coloured = (value) => {
  if (typeof value === "string" && value.startsWith("var(--")) return colour(value);
  if (Array.isArray(value)) return value.map(coloured);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, coloured(inner)]));
  }
  return value;
};

const axis = (given) => {
  if (!given) return given;
  const styled = {
    axisLine: { lineStyle: { color: "var(--line)" } },
    axisTick: { show: false },
    axisLabel: { color: "var(--muted)", fontSize: 13, ...(given.min === undefined ? {} : { showMinLabel: false, showMaxLabel: false }) },
    nameTextStyle: { color: "var(--muted)", fontSize: 13 },
    splitLine: { lineStyle: { color: "var(--line)" } },
  };
  return Array.isArray(given) ? given.map(axis) : { ...styled, ...given };
};

const dressed = (options) => ({
  animation: false,
  aria: { enabled: true },
  color: ["var(--need)", "var(--achievement)", "var(--thread-line)", "var(--muted)"],
  grid: { left: 48, right: 16, top: 24, bottom: 32 },
  ...options,
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: "var(--ink)", fontSize: 13 },
  // Drawn text, not HTML: the tooltip's inline styles would be refused by the security policy.
  tooltip: {
    backgroundColor: "var(--surface)",
    borderColor: "var(--line)",
    textStyle: { color: "var(--ink)", fontSize: 13 },
    ...options.tooltip,
    renderMode: "richText",
  },
  legend: options.legend && { textStyle: { color: "var(--muted)", fontSize: 13 }, icon: "roundRect", ...options.legend },
  xAxis: axis(options.xAxis),
  yAxis: axis(options.yAxis),
  series: options.series?.map((one) => ({
    ...one,
    label: one.label && { color: "var(--ink)", fontSize: 13, ...one.label },
  })),
});

const draw = (place) => {
  const source = document.getElementById(place.dataset.chart);
  if (!source) return;
  const chart = place.chart ?? init(place, null, { renderer: "svg" });
  if (!place.chart) new ResizeObserver(() => chart.resize()).observe(place);
  place.chart = chart;
  chart.setOption(coloured(dressed(JSON.parse(source.textContent))), true);
};

window.drawCharts = () => document.querySelectorAll("[data-chart]").forEach(draw);
window.drawCharts();
document.addEventListener("theme:turned", window.drawCharts);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", window.drawCharts);
