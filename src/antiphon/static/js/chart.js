// Draws what `data-chart` holds (JSON from the server) with ECharts, in the colours of the page's roles, again when the theme
// changes or the numbers do: what is drawn lies in an element of its own, which a morph leaves alone. Tooltips are elements, since the page allows no style in markup; the numbers stand in the tables beside.
(() => {
  const SERIES = ["--chart-1", "--chart-2", "--chart-3"];
  const DASHES = ["solid", [6, 4], [2, 4], [10, 3, 2, 3], [3, 2], [14, 5]];
  const HEAT = ["--heat-0", "--heat-1", "--heat-2", "--heat-3", "--heat-4", "--heat-5"];
  const drawn = new Map();

  function roles(place) {
    const probe = document.createElement("span");
    place.append(probe);
    const found = {};
    for (const name of [...SERIES, ...HEAT, "--chart-area", "--chart-none", "--color-line", "--color-line-strong", "--color-text", "--color-text-soft", "--color-text-faint", "--color-surface"]) {
      probe.style.color = `var(${name})`;
      found[name] = getComputedStyle(probe).color;
    }
    probe.remove();
    found.font = getComputedStyle(place).fontFamily;
    return found;
  }

  function element(name, text, css) {
    const made = document.createElement(name);
    made.textContent = text;
    if (css) made.className = css;
    return made;
  }

  // A box of lines: what it is about, then name and number each.
  function tip(title, lines) {
    const box = document.createElement("div");
    box.append(element("strong", title));
    for (const [name, shown] of lines) {
      const line = element("p", "");
      line.append(element("span", name), element("b", shown));
      box.append(line);
    }
    return box;
  }

  const whole = (value) => (Math.abs(value) >= 10000 ? `${Math.round(value / 1000)}k` : `${Math.round(value * 100) / 100}`);
  const UNITS = {
    share: (value) => `${Math.round(value * 1000) / 10} %`,
    seconds: (value) => (value < 90 ? `${Math.round(value)} s` : value < 5400 ? `${Math.round(value / 60)} min` : value < 172800 ? `${Math.round(value / 3600)} h` : `${Math.round(value / 86400)} d`),
    count: whole,
    money: whole,
  };

  function common(color) {
    return {
      animation: false,
      textStyle: { fontFamily: color.font, color: color["--color-text-soft"], fontSize: 11 },
      tooltip: { className: "drawing-tip", confine: true, backgroundColor: color["--color-surface"], borderColor: color["--color-line-strong"], padding: 0 },
    };
  }

  function axis(color, more) {
    return {
      axisLine: { lineStyle: { color: color["--color-line-strong"] } },
      axisTick: { show: false },
      axisLabel: { color: color["--color-text-faint"], fontSize: 11, hideOverlap: true },
      splitLine: { lineStyle: { color: color["--color-line"] } },
      ...more,
    };
  }

  function overTime(drawing, color) {
    const isLines = drawing.kind === "lines";
    const series = drawing.series.map((one, place) => ({
      name: one.name,
      type: isLines ? "line" : "bar",
      stack: drawing.kind === "stacked" ? "all" : undefined,
      data: one.values,
      showSymbol: one.values.filter((value) => value !== null).length === 1,
      symbolSize: 7,
      barMaxWidth: 28,
      color: place < 6 ? color[SERIES[place % 3]] : color["--chart-none"],
      itemStyle: isLines ? {} : { opacity: place < 3 ? 1 : 0.6, decal: place % 3 ? { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: place % 3 === 1 ? 0.8 : -0.8, color: "rgba(255,255,255,.28)" } : undefined },
      lineStyle: { width: 2, type: DASHES[place] ?? "solid" },
      endLabel: { show: isLines && drawing.series.length > 1, formatter: one.name, color: color["--color-text"], fontSize: 12, width: 140, overflow: "truncate" },
      labelLayout: { moveOverlap: "shiftY" },
      emphasis: { focus: "series" },
    }));
    return {
      ...common(color),
      legend: { show: drawing.series.length > 1, left: 0, top: 0, icon: isLines ? undefined : "roundRect", itemHeight: 8, textStyle: { color: color["--color-text-soft"], fontSize: 12 }, type: "scroll" },
      grid: { left: 8, right: isLines && drawing.series.length > 1 ? 150 : 16, top: drawing.series.length > 1 ? 36 : 12, bottom: 8, containLabel: true },
      xAxis: axis(color, { type: "category", data: drawing.x, boundaryGap: !isLines, splitLine: { show: false }, axisLabel: { color: color["--color-text-faint"], fontSize: 11, hideOverlap: true, alignMinLabel: "left", alignMaxLabel: "right" } }),
      yAxis: axis(color, { type: "value", axisLine: { show: false }, axisLabel: { color: color["--color-text-faint"], fontSize: 11, formatter: UNITS[drawing.unit] } }),
      tooltip: {
        ...common(color).tooltip,
        trigger: "axis",
        axisPointer: { lineStyle: { color: color["--color-line-strong"] }, type: isLines ? "line" : "shadow" },
        formatter: (points) => tip(points[0].axisValue, points.filter((point) => point.value !== undefined && point.value !== null).map((point) => [point.seriesName, drawing.series[point.seriesIndex].shown[point.dataIndex]])),
      },
      series,
    };
  }

  function ranked(drawing, color) {
    const [one] = drawing.series;
    return {
      ...common(color),
      grid: { left: 28, right: 72, top: 4, bottom: 8, containLabel: true },
      xAxis: axis(color, { type: "value", axisLine: { show: false }, axisLabel: { color: color["--color-text-faint"], fontSize: 11, formatter: UNITS[drawing.unit] } }),
      yAxis: axis(color, { type: "category", inverse: true, data: drawing.x, splitLine: { show: false }, axisLabel: { color: color["--color-text"], fontSize: 12, width: 180, overflow: "truncate" } }),
      tooltip: { ...common(color).tooltip, trigger: "item", formatter: (point) => tip(point.name, [[one.name, one.shown[point.dataIndex]]]) },
      series: [{ type: "bar", name: one.name, data: one.values, color: color["--chart-area"], barMaxWidth: 20, label: { show: true, position: "right", color: color["--color-text"], fontSize: 12, formatter: (point) => one.shown[point.dataIndex] } }],
    };
  }

  function funnel(drawing, color) {
    return {
      ...common(color),
      tooltip: { ...common(color).tooltip, trigger: "item", formatter: (point) => tip(point.name, [[drawing.steps[point.dataIndex].shown, drawing.steps[point.dataIndex].share]]) },
      series: [{
        type: "funnel", sort: "none", left: 8, right: "42%", top: 4, bottom: 4, gap: 3, minSize: "0%", maxSize: "100%",
        data: drawing.steps.map((step) => ({ name: step.name, value: Math.sqrt(step.value) })),
        color: [color["--chart-area"]],
        itemStyle: { borderWidth: 0 },
        label: { position: "right", color: color["--color-text"], fontSize: 12, lineHeight: 16, formatter: (point) => `${point.name}  ${drawing.steps[point.dataIndex].shown}\n${drawing.steps[point.dataIndex].share}`.trim() },
        labelLine: { lineStyle: { color: color["--color-line-strong"] } },
      }],
    };
  }

  function heat(drawing, color) {
    const cells = drawing.values.flatMap((row, day) => row.map((value, hour) => [hour, day, value ?? 0]));
    const most = Math.max(...cells.map((cell) => cell[2]), drawing.unit === "count" ? 5 : 0.0001);
    return {
      ...common(color),
      grid: { left: 8, right: 8, top: 4, bottom: 44, containLabel: true },
      xAxis: axis(color, { type: "category", data: drawing.x, splitLine: { show: false } }),
      yAxis: axis(color, { type: "category", data: drawing.days, inverse: true, splitLine: { show: false }, axisLabel: { color: color["--color-text-soft"], fontSize: 12 } }),
      visualMap: { min: 0, max: most, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, itemWidth: 10, calculable: false, inRange: { color: HEAT.map((name) => color[name]) }, textStyle: { color: color["--color-text-faint"], fontSize: 11 }, formatter: UNITS[drawing.unit], text: [UNITS[drawing.unit](most), UNITS[drawing.unit](0)] },
      tooltip: { ...common(color).tooltip, trigger: "item", formatter: (point) => tip(`${drawing.days[point.value[1]]} ${drawing.x[point.value[0]]}:00`, [["", drawing.shown[point.value[1]][point.value[0]] || "0"]]) },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: color["--color-surface"], borderWidth: 2, borderRadius: 3 }, emphasis: { itemStyle: { borderColor: color["--color-text"], borderWidth: 1 } } }],
    };
  }

  const KINDS = { lines: overTime, bars: overTime, stacked: overTime, ranked, funnel, heat };

  function draw(place) {
    const drawing = JSON.parse(place.dataset.chart);
    place.closest("[data-drawn]")?.removeAttribute("hidden");
    place.dataset.kind = drawing.kind;
    if (drawing.kind === "ranked") place.dataset.size = drawing.x.length > 8 ? "tall" : drawing.x.length < 5 ? "short" : "";
    const sheet = place.firstElementChild ?? place.appendChild(document.createElement("div"));
    const chart = drawn.get(place) ?? echarts.init(sheet, null, { renderer: "svg" });
    chart.setOption(KINDS[drawing.kind](drawing, roles(place)), true);
    if (!drawn.has(place)) new ResizeObserver(() => chart.resize()).observe(place);
    drawn.set(place, chart);
    place.dataset.ready = "yes";
  }

  const all = () => document.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("DOMContentLoaded", all);
  document.addEventListener("htmx:after:swap", all);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
