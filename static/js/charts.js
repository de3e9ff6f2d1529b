// Draws each <figure data-chart="ID"> from the JSON script with that id. Colours come from the theme's variables.
import { formatters } from "./numbers.js";

const charts = new Map(); // figure → ECharts instance

const colour = (name) => {
  const probe = document.createElement("i"); // resolves light-dark(), which a custom property keeps as written
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const DAY = 86400;
const DATE = { month: "short", day: "numeric" };
const TIME = { hour: "2-digit", minute: "2-digit" };

const writer = (spec, options) => {
  const format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: spec.timezone });
  return (time) => format.format(new Date(time));
};

// Hours within two days, else dates; a tooltip says both.
const axisWriter = (spec) => writer(spec, spec.step < DAY && spec.span <= 2 * DAY ? TIME : DATE);
const tipWriter = (spec) => writer(spec, spec.step < DAY ? { ...DATE, ...TIME } : { ...DATE, weekday: "short" });

// Which buckets get a label: each midnight where a week is drawn by the hour, else what fits.
const labelled = (spec) => {
  if (spec.step >= DAY || spec.span <= 2 * DAY) return "auto";
  const clock = writer(spec, TIME);
  return (index) => clock(spec.times[index]) === "00:00";
};

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

const tooltip = (spec, write, format) => (points) => {
  const tip = element("div", "chart-tip");
  tip.append(element("div", "when", write(spec.times[points[0].dataIndex])));
  for (const point of [...points].reverse()) {
    const line = element("div", "line");
    const swatch = element("span", "swatch");
    swatch.style.color = point.color;
    const amount = point.value == null ? "–" : format(point.value);
    line.append(swatch, element("span", "", point.seriesName), element("span", "amount", amount));
    tip.append(line);
  }
  return tip;
};

const series = (spec) => (one, index) => {
  const tint = colour(`--chart-${one.color ?? index + 1}`);
  const shared = { name: one.name, data: one.values, color: tint, emphasis: { focus: "none" }, animation: false };
  if (spec.kind === "bar") {
    return { ...shared, type: "bar", stack: "all", barMaxWidth: 22, barCategoryGap: "28%" };
  }
  return {
    ...shared, type: "line", showSymbol: spec.times.length < 3, symbolSize: 5, lineStyle: { width: 1.8 },
    areaStyle: spec.kind === "area" ? { opacity: 0.12 } : undefined, connectNulls: false,
  };
};

const option = (spec) => {
  const format = formatters[spec.unit];
  const text = { color: colour("--ink-faint"), fontFamily: "Plex Sans, system-ui, sans-serif", fontSize: 11 };
  const line = colour("--line");
  return {
    aria: { enabled: true, label: { description: spec.summary } },
    grid: { left: 12, right: 22, top: spec.series.length > 1 ? 30 : 12, bottom: 2, containLabel: true },
    legend: { show: spec.series.length > 1, top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 14,
      textStyle: { ...text, fontSize: 12 }, inactiveColor: line },
    tooltip: { trigger: "axis", formatter: tooltip(spec, tipWriter(spec), format), confine: true,
      backgroundColor: colour("--surface-raised"), borderColor: line, padding: [8, 12],
      textStyle: { ...text, fontSize: 12, color: colour("--ink") },
      axisPointer: { type: spec.kind === "bar" ? "shadow" : "line", shadowStyle: { color: colour("--ink"), opacity: 0.06 },
        lineStyle: { color: colour("--line-strong") } } },
    xAxis: { type: "category", data: spec.times.map(axisWriter(spec)), boundaryGap: spec.kind === "bar",
      axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { ...text, hideOverlap: true, margin: 10, interval: labelled(spec) } },
    yAxis: { type: "value", minInterval: spec.unit === "count" ? 1 : undefined, splitNumber: 4, splitLine: { lineStyle: { color: line } },
      axisLabel: { ...text, formatter: format } },
    series: spec.series.map(series(spec)),
  };
};

const draw = (figure) => {
  const spec = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const chart = charts.get(figure) ?? window.echarts.init(figure.querySelector(".chart-canvas"));
  charts.set(figure, chart);
  chart.setOption(option(spec), true);
};

const forgetRemoved = () => {
  for (const [figure, chart] of charts) {
    if (figure.isConnected) continue;
    chart.dispose();
    charts.delete(figure);
  }
};

const drawAll = () => {
  forgetRemoved();
  for (const figure of document.querySelectorAll("[data-chart]")) draw(figure);
};

drawAll();
document.fonts.ready.then(drawAll);
document.addEventListener("theme:change", drawAll);
document.addEventListener("htmx:afterSwap", drawAll);
new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(document.querySelector("main"));
