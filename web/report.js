"use strict";
/* Draws the charts of the study's page from the data beside it (the same values as its tables).
 * A value is a number, "s" (suppressed) or null (not applicable). */
(function () {
  const { page, NARROW, isNumber, format, escapeHtml, base, labelsAbove, rowAxis, valueAxis } = maillon;
  const MANY = 40; /* rows past which a rate is drawn by rank */

  function formatter(chart) {
    if (chart.view === "rate" || chart.view === "stacked" || chart.view === "matrix") {
      return (v) => format(v, chart.decimals) + page.words.percent;
    }
    if (chart.view === "duration") {
      return (v) => format(v, v % 1 === 0 ? 0 : 1) + "\u00a0" + page.words.days;
    }
    return (v) => format(v, 0);
  }

  function rowTooltip(chart, show) {
    return function (points) {
      const list = Array.isArray(points) ? points : [points];
      const row = list[0].dataIndex;
      const lines = chart.series.map((s) => {
        const v = s.values[row];
        const text = isNumber(v) ? show(v) : v === "s" ? page.words.secret : "–";
        return escapeHtml(s.label) + "&nbsp;: <b>" + escapeHtml(text) + "</b>";
      });
      return "<b>" + escapeHtml(chart.rows[row]) + "</b><br>" + lines.join("<br>");
    };
  }

  /* ── one builder a view ── */

  function secretMark(t) {
    return {
      color: t.paper, borderColor: t.secret, borderWidth: 1, borderType: "dashed",
    };
  }

  function bars(chart, t, width, max) {
    const show = formatter(chart);
    const values = chart.series[0].values;
    const option = base(chart, t);
    option.tooltip.trigger = "axis";
    option.tooltip.axisPointer = { type: "none" };
    option.tooltip.formatter = rowTooltip(chart, show);
    option.grid = { left: 14, right: 92, top: 8, bottom: 4, containLabel: true };
    option.yAxis = rowAxis(chart, t, width, 8);
    option.xAxis = valueAxis(t, { min: 0, max, show: chart.view === "rate",
      axisLabel: { color: t.muted, fontSize: 12, formatter: (v) => v + page.words.percent } });
    option.series = [{
      type: "bar", barWidth: width < NARROW ? 12 : 18, barCategoryGap: "30%",
      data: values.map((v, i) => ({
        value: isNumber(v) ? v : 0,
        itemStyle: { color: i === chart.total ? t.series[0] : t.series[1] },
        label: {
          show: true, position: "right", color: isNumber(v) ? t.ink : t.muted, fontSize: 13,
          fontWeight: i === chart.total ? 650 : 400, fontStyle: isNumber(v) ? "normal" : "italic",
          formatter: () => (isNumber(v) ? show(v) : v === "s" ? "s" : "–"),
        },
      })),
    }];
    return { option, height: chart.rows.length * (labelsAbove(chart, width) ? 44 : 34) + 40 };
  }

  /* Steps of the same unit share a scale: each bar is its percent of the first step of its unit. */
  function funnel(chart, t, width) {
    const counts = chart.series[0].values;
    const inPercent = Object.assign({}, chart, { series: [{ label: chart.series[0].label, values: chart.shares }] });
    const built = bars(inPercent, t, width, 100);
    built.option.grid.right = width < NARROW ? 118 : 150;
    let unit = 0;
    built.option.series[0].data.forEach((d, i) => {
      unit += i > 0 && chart.firsts[i] === i ? 1 : 0;
      d.itemStyle.color = t.series[unit % 2];
      const share = chart.firsts[i] !== i && isNumber(chart.shares[i])
        ? "  (" + format(chart.shares[i], chart.decimals) + page.words.percent + ")" : "";
      d.label.formatter = () => (isNumber(counts[i]) ? format(counts[i], 0) + share : "s");
    });
    built.option.tooltip.formatter = rowTooltip(chart, (v) => format(v, 0));
    return built;
  }

  /* Many rows (courts): one dot a row by rank, the total as a line. */
  function ranked(chart, t) {
    const show = formatter(chart);
    const points = [];
    chart.series[0].values.forEach((v, row) => {
      if (isNumber(v) && row !== chart.total) {
        points.push({ row, v });
      }
    });
    points.sort((a, b) => a.v - b.v || a.row - b.row);
    const total = chart.total >= 0 ? chart.series[0].values[chart.total] : null;
    const option = base(chart, t);
    option.tooltip.trigger = "item";
    option.tooltip.formatter = (p) => (p.data && p.data.row !== undefined
      ? "<b>" + escapeHtml(chart.rows[p.data.row]) + "</b><br>" + escapeHtml(show(p.value[1])) : "");
    option.grid = { left: 14, right: 16, top: 18, bottom: 4, containLabel: true };
    option.yAxis = valueAxis(t, { scale: true, axisLabel: { color: t.muted, fontSize: 12, formatter: (v) => v + page.words.percent } });
    option.series = [{
      type: "scatter", symbolSize: 8, itemStyle: { color: t.series[1], opacity: 0.85 },
      data: points.map((p, i) => ({ value: [i + 1, p.v], row: p.row })),
      markLine: !isNumber(total) ? undefined : {
        symbol: "none", silent: true, animation: false,
        lineStyle: { color: t.series[0], type: "solid", width: 1.5 },
        label: { position: "insideStartTop", color: t.ink, fontWeight: 650, fontSize: 13,
          formatter: () => chart.rows[chart.total] + "\u00a0: " + show(total) },
        data: [{ yAxis: total }],
      },
    }];
    option.xAxis = {
      type: "value", min: 0, max: points.length + 1, splitLine: { show: false }, axisTick: { show: false },
      axisLabel: { show: false }, axisLine: { show: false }, nameLocation: "middle", nameGap: 10,
      name: page.words.ranked.replace("%d", format(points.length, 0))
        .replace("%d", format(chart.rows.length - (chart.total >= 0 ? 1 : 0), 0)),
      nameTextStyle: { color: t.muted, fontSize: 12, fontFamily: t.font },
    };
    option.grid.bottom = 26;
    return { option, height: 340 };
  }

  function rate(chart, t, width) {
    return chart.rows.length > MANY ? ranked(chart, t) : bars(chart, t, width, 100);
  }

  /* What the shown parts leave of the whole (100 percent, a balance's stock) when one is suppressed. */
  function hiddenRest(chart, row) {
    let sum = 0;
    let hidden = false;
    chart.series.forEach((s) => {
      if (isNumber(s.values[row])) {
        sum += s.values[row];
      } else {
        hidden = hidden || s.values[row] === "s";
      }
    });
    const whole = chart.view === "balance" ? chart.wholes[row] : 100;
    return hidden && isNumber(whole) ? Math.max(0, whole - sum) : 0;
  }

  function luminance(hex) {
    const n = parseInt(hex.slice(1), 16);
    const part = (c) => { const x = c / 255; return x <= 0.03928 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4); };
    return 0.2126 * part(n >> 16) + 0.7152 * part((n >> 8) & 255) + 0.0722 * part(n & 255);
  }

  /* The colour a part of the way from one to the other. */
  function blend(from, to, part) {
    const a = parseInt(from.slice(1), 16), b = parseInt(to.slice(1), 16);
    const mix = (shift) => {
      const x = (a >> shift) & 255, y = (b >> shift) & 255;
      return Math.round(x + (y - x) * part).toString(16).padStart(2, "0");
    };
    return "#" + mix(16) + mix(8) + mix(0);
  }

  /* The ink of a label on a colour: where the contrast of white falls under that of the dark ink. */
  function inkOn(color) {
    return luminance(color) > 0.2 ? "#16202d" : "#ffffff";
  }

  /* Parts of 100 percent; of a balance, counts, whose longest row has the whole width. */
  function stacked(chart, t, width) {
    const show = formatter(chart);
    const option = base(chart, t);
    const counts = chart.view === "balance";
    const sum = (row) => chart.series.reduce((n, s) => n + (isNumber(s.values[row]) ? s.values[row] : 0), hiddenRest(chart, row));
    const whole = counts ? Math.max(1, ...chart.rows.map((_, row) => sum(row))) : 100;
    const room = (width < NARROW ? 0.11 : 0.055) * whole; /* a label needs */
    option.tooltip.trigger = "axis";
    option.tooltip.axisPointer = { type: "none" };
    option.tooltip.formatter = rowTooltip(chart, show);
    option.legend = { top: 0, left: 0, itemWidth: 12, itemHeight: 12, icon: "rect", itemGap: 16,
      textStyle: { color: t.ink, fontSize: 13 }, selectedMode: false };
    const perLine = Math.max(1, Math.floor(width / 190));
    const hasSecret = chart.rows.some((_, row) => hiddenRest(chart, row) > 0);
    const lines = Math.ceil((chart.series.length + (hasSecret ? 1 : 0)) / perLine);
    option.grid = { left: 14, right: 20, top: 24 + 22 * lines, bottom: 4, containLabel: true };
    option.yAxis = rowAxis(chart, t, width, 13);
    option.xAxis = valueAxis(t, { min: 0, max: counts ? null : 100, axisLabel: { color: t.muted, fontSize: 12, hideOverlap: true,
      formatter: (v) => (counts ? format(v, 0) : v + page.words.percent) } });
    option.series = chart.series.map((s, i) => {
      const color = t.series[i % t.series.length];
      return {
        type: "bar", stack: "all", name: s.label, barWidth: width < NARROW ? 20 : 24,
        itemStyle: { color, borderColor: t.paper, borderWidth: 1 },
        label: { show: true, color: inkOn(color), fontSize: 12,
          formatter: (p) => (p.value >= room ? format(p.value, counts || (p.value >= 10 && width < NARROW) ? 0 : chart.decimals) : "") },
        data: s.values.map((v) => (isNumber(v) ? v : 0)),
      };
    });
    if (hasSecret) {
      option.series.push({
        type: "bar", stack: "all", name: page.words.secret, barWidth: width < NARROW ? 20 : 24,
        itemStyle: secretMark(t),
        label: { show: true, color: t.muted, fontStyle: "italic", fontSize: 12, formatter: (p) => (p.value >= 0.03 * whole ? "s" : "") },
        data: chart.rows.map((_, row) => hiddenRest(chart, row) || "-"),
      });
    }
    return { option, height: chart.rows.length * (labelsAbove(chart, width) ? 54 : 38) + 30 + 22 * lines + 20 };
  }

  /* One line a row from the lowest to the highest measure, a dot a measure. */
  function duration(chart, t, width) {
    const show = formatter(chart);
    const option = base(chart, t);
    const symbols = ["rect", "roundRect", "diamond", "triangle", "emptyCircle"];
    option.tooltip.trigger = "axis";
    option.tooltip.axisPointer = { type: "none" };
    option.tooltip.formatter = rowTooltip(chart, show);
    option.legend = { top: 0, left: 0, itemWidth: 12, itemHeight: 12, itemGap: 18,
      textStyle: { color: t.ink, fontSize: 13 }, selectedMode: false,
      data: chart.series.map((s) => s.label) };
    const lines = Math.ceil(chart.series.length / Math.max(1, Math.floor(width / 170)));
    option.grid = { left: 14, right: 30, top: 24 + 22 * lines, bottom: 26, containLabel: true };
    option.yAxis = rowAxis(chart, t, width, 9);
    option.xAxis = valueAxis(t, { min: 0, name: page.words.days, nameLocation: "middle", nameGap: 26,
      nameTextStyle: { color: t.muted, fontSize: 12 },
      axisLabel: { color: t.muted, fontSize: 12, hideOverlap: true, formatter: (v) => format(v, 0) } });
    const spans = [];
    chart.rows.forEach((_, row) => {
      const known = chart.series.map((s) => s.values[row]).filter(isNumber);
      if (known.length > 1) {
        spans.push([row, Math.min(...known), Math.max(...known)]);
      }
    });
    option.series = [{
      type: "custom", silent: true, tooltip: { show: false }, data: spans,
      renderItem: (_, api) => {
        const a = api.coord([api.value(1), api.value(0)]);
        const b = api.coord([api.value(2), api.value(0)]);
        return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] },
          style: { stroke: t.rule, lineWidth: 5, lineCap: "round" } };
      },
      encode: { x: [1, 2], y: 0 },
    }].concat(chart.series.map((s, i) => ({
      type: "scatter", name: s.label, symbol: i === chart.lead ? "circle" : symbols[i % symbols.length], symbolSize: i === chart.lead ? 14 : 10,
      itemStyle: { color: t.series[i === chart.lead ? 0 : [3, 6, 4, 2, 7][i % 5]], opacity: 1 }, z: i === chart.lead ? 5 : 4,
      label: i !== chart.lead ? undefined : { show: width >= NARROW, position: "top", distance: 3, fontSize: 11, color: t.ink,
        formatter: (p) => format(p.value[0], 0) },
      data: s.values.map((v, row) => [isNumber(v) ? v : NaN, row]).filter((p) => !Number.isNaN(p[0])),
    })));
    const secrets = chart.rows.map((_, row) => row).filter((row) => chart.series.every((s) => !isNumber(s.values[row])));
    option.series.push({
      type: "scatter", symbolSize: 0, silent: true, tooltip: { show: false },
      data: secrets.map((row) => [0, row]),
      label: { show: true, position: "right", fontStyle: "italic", color: t.muted, fontSize: 13,
        formatter: (p) => (chart.series[0].values[p.value[1]] === "s" ? "s" : "–") },
    });
    option.tooltip.trigger = "item";
    option.tooltip.formatter = (p) => (p.value === undefined ? "" :
      rowTooltip(chart, show)([{ dataIndex: p.value[1] }]));
    return { option, height: chart.rows.length * (labelsAbove(chart, width) ? 46 : 36) + 30 + 22 * lines + 30 };
  }

  /* Rows are the classes before, columns the classes after; what does not change has a frame. */
  function matrix(chart, t, width) {
    const show = formatter(chart);
    const option = base(chart, t);
    const narrow = width < NARROW;
    const left = narrow ? 100 : Math.min(210, width * 0.24);
    const room = (width - left - 50) / chart.series.length - 2; /* pixels of a column's label: its longest word fits */
    const size = (longest) => (narrow ? 10 : Math.max(9, Math.min(12, Math.floor(room / longest / 0.58))));
    const longest = Math.max(...chart.series.map((s) => Math.max(...s.label.split(" ").map((w) => w.length))));
    const most = Math.max(4, Math.floor(room / (0.6 * size(longest)))); /* letters of a line */
    const hyphened = (label) => label.replace(/\S+/g, (w) => (!narrow && w.length > most ? w.slice(0, Math.ceil(w.length / 2)) + "-\n" + w.slice(Math.ceil(w.length / 2)) : w));
    const cells = [];
    chart.series.forEach((s, x) => s.values.forEach((v, y) => cells.push({
      value: [x, y, isNumber(v) ? v : 0],
      itemStyle: {
        color: isNumber(v) ? blend(t.paper, t.series[0], Math.sqrt(v / 100)) : t.paper,
        borderColor: chart.same[y] === x ? t.accent : t.rule, borderWidth: chart.same[y] === x ? 2 : 1,
      },
      label: {
        show: true, fontSize: narrow ? 10 : 12, fontStyle: v === "s" ? "italic" : "normal",
        color: isNumber(v) ? inkOn(blend(t.paper, t.series[0], Math.sqrt(v / 100))) : t.muted,
        formatter: () => (isNumber(v) ? (v === 0 ? "" : format(v, narrow ? 0 : chart.decimals)) : v === "s" ? "s" : "–"),
      },
    })));
    option.tooltip.trigger = "item";
    option.tooltip.formatter = (p) => {
      const v = chart.series[p.value[0]].values[p.value[1]];
      const text = isNumber(v) ? show(v) : v === "s" ? page.words.secret : "–";
      return "<b>" + escapeHtml(chart.rows[p.value[1]]) + "</b> →<br>" + escapeHtml(chart.series[p.value[0]].label) +
        "&nbsp;: <b>" + escapeHtml(text) + "</b>";
    };
    option.grid = { left: 4, right: 14, top: 8, bottom: 8, containLabel: true };
    option.yAxis = rowAxis(chart, t, narrow ? 900 : width, 8); /* never above the bars */
    option.yAxis.axisLabel.width = left;
    option.xAxis = {
      type: "category", position: "top", axisTick: { show: false }, axisLine: { show: false },
      data: chart.series.map((s) => hyphened(s.label)),
      axisLabel: { color: t.ink, lineHeight: 13, interval: 0, fontFamily: t.font, overflow: "break",
        fontSize: size(longest),
        width: narrow ? 120 : room, rotate: narrow ? 90 : 0 },
    };
    option.series = [{ type: "heatmap", data: cells }];
    return { option, height: chart.rows.length * (narrow ? 56 : chart.rows.some((r) => r.length > 36) ? 44 : 36) + (narrow ? 140 : 100) };
  }

  const builders = { funnel, rate, stacked, duration, balance: stacked, matrix };

  maillon.start(builders);
})();
