"use strict";
/* Draws the charts of a linkage's page from the data beside it (the same values as its tables).
 * A value is a number or null. `x` holds numbers where rows are places on a scale; `threshold` is one of them. */
(function () {
  const { page, NARROW, isNumber, format, escapeHtml, base, labelsAbove, rowAxis, valueAxis } = maillon;

  function show(series, v) {
    return isNumber(v) ? format(v, series.decimals) + (series.percent ? page.words.percent : "") : "–";
  }

  function tooltip(chart, rowOf) {
    return function (points) {
      const list = Array.isArray(points) ? points : [points];
      const row = rowOf(list[0]);
      const lines = chart.series.map((s) => escapeHtml(s.label) + "&nbsp;: <b>" + escapeHtml(show(s, s.values[row])) + "</b>");
      return "<b>" + escapeHtml(chart.rows[row]) + "</b><br>" + lines.join("<br>");
    };
  }

  function legend(t) {
    return { top: 0, left: 0, itemWidth: 12, itemHeight: 12, icon: "rect", itemGap: 16,
      textStyle: { color: t.ink, fontSize: 13 }, selectedMode: false };
  }

  function axisName(t, name, gap) {
    return { name, nameLocation: "middle", nameGap: gap, nameTextStyle: { color: t.muted, fontSize: 12, fontFamily: t.font } };
  }

  function unit(chart) {
    return { color: undefined, fontSize: 12, hideOverlap: true,
      formatter: (v) => format(v, v % 1 === 0 ? 0 : 1) + (chart.series[0].percent ? page.words.percent : "") };
  }

  /* ── one builder a view ── */

  /* The first `chart.drawn` series as bars side by side, one group a row. */
  function bars(chart, t, width) {
    const series = chart.series.slice(0, chart.drawn);
    const option = base(chart, t);
    option.tooltip.trigger = "axis";
    option.tooltip.axisPointer = { type: "none" };
    option.tooltip.formatter = tooltip(chart, (p) => p.dataIndex);
    const many = series.length > 1;
    if (many) {
      option.legend = legend(t);
    }
    option.grid = { left: 14, right: 92, top: many ? 40 : 8, bottom: 4, containLabel: true };
    option.yAxis = rowAxis(chart, t, width, 8 + 6 * (series.length - 1));
    option.xAxis = valueAxis(t, { axisLabel: Object.assign(unit(chart), { color: t.muted }),
      max: chart.series[0].percent ? 100 : undefined });
    option.series = series.map((s, k) => ({
      type: "bar", name: s.label, barWidth: many ? 11 : 18, barGap: "10%",
      itemStyle: { color: t.series[k === 0 ? 1 : 4] },
      data: s.values.map((v) => (isNumber(v) ? v : 0)),
      label: { show: true, position: "right", color: t.ink, fontSize: 12, formatter: (p) => show(s, s.values[p.dataIndex]) },
    }));
    const each = (labelsAbove(chart, width) ? 26 : 16) + 15 * series.length;
    return { option, height: chart.rows.length * each + 60 };
  }

  /* Weights: to the right what speaks for a match, to the left what speaks against. */
  function weights(chart, t, width) {
    const s = chart.series[0];
    const option = base(chart, t);
    option.tooltip.trigger = "axis";
    option.tooltip.axisPointer = { type: "none" };
    option.tooltip.formatter = tooltip(chart, (p) => p.dataIndex);
    option.grid = { left: 14, right: 60, top: 8, bottom: 26, containLabel: true };
    option.yAxis = rowAxis(chart, t, width, 8);
    option.xAxis = valueAxis(t, axisName(t, chart.xname, 26));
    option.series = [{
      type: "bar", barWidth: 14,
      data: s.values.map((v) => ({ value: isNumber(v) ? v : 0, itemStyle: { color: v >= 0 ? t.series[1] : t.series[4] },
        label: { show: isNumber(v), position: v >= 0 ? "right" : "left", color: t.ink, fontSize: 12, formatter: () => show(s, v) } })),
    }];
    return { option, height: chart.rows.length * (labelsAbove(chart, width) ? 42 : 28) + 60 };
  }

  function thresholdLine(chart, t) {
    return !isNumber(chart.threshold) ? undefined : {
      symbol: "none", silent: true, animation: false,
      lineStyle: { color: t.series[4], type: "solid", width: 1.5 },
      label: { position: "end", color: t.ink, fontSize: 12, formatter: () => page.words.threshold },
      data: [{ xAxis: chart.threshold }],
    };
  }

  /* Numbers of pairs by weight, on a logarithmic scale from 1 up. */
  function histogram(chart, t) {
    const s = chart.series[0];
    const step = chart.x.length > 1 ? chart.x[1] - chart.x[0] : 1;
    const option = base(chart, t);
    option.tooltip.trigger = "item";
    option.tooltip.formatter = tooltip(chart, (p) => p.dataIndex);
    option.grid = { left: 14, right: 20, top: 26, bottom: 30, containLabel: true };
    option.xAxis = valueAxis(t, Object.assign({ scale: true, min: chart.x[0] - step / 2,
      max: chart.x[chart.x.length - 1] + step / 2, splitLine: { show: false } }, axisName(t, chart.xname, 28)));
    option.yAxis = Object.assign(valueAxis(t, {}), { type: "log", min: 0.5,
      axisLabel: { color: t.muted, fontSize: 12, formatter: (v) => (v < 1 ? "" : format(v, 0)) } });
    option.series = [{
      type: "custom", encode: { x: 0, y: 1 }, data: s.values.map((v, i) => [chart.x[i], Math.max(v, 0.5)]),
      itemStyle: { color: t.series[1] }, markLine: thresholdLine(chart, t),
      renderItem: (params, api) => {
        const top = api.coord([api.value(0) - step / 2, api.value(1)]);
        const foot = api.coord([api.value(0) + step / 2, 0.5]);
        return { type: "rect", shape: { x: top[0] + 0.5, y: top[1], width: Math.max(1, foot[0] - top[0] - 1), height: foot[1] - top[1] },
          style: { fill: t.series[s.values[params.dataIndex] > 0 && chart.x[params.dataIndex] >= chart.threshold ? 0 : 2] } };
      },
    }];
    return { option, height: 320 };
  }

  /* Lines over a scale; series whose `band` is k bound series k. */
  function curve(chart, t) {
    const option = base(chart, t);
    const lines = chart.series.filter((s) => s.band === undefined);
    option.tooltip.trigger = "axis";
    option.tooltip.formatter = tooltip(chart, (p) => p.dataIndex);
    option.legend = Object.assign(legend(t), { data: lines.map((s) => s.label) });
    option.grid = { left: 14, right: 20, top: 44, bottom: 30, containLabel: true };
    option.xAxis = valueAxis(t, Object.assign({ scale: true, min: chart.x[0], max: chart.x[chart.x.length - 1],
      splitLine: { show: false } }, axisName(t, chart.xname, 28)));
    option.yAxis = valueAxis(t, { scale: true, max: chart.series[0].percent ? 100 : undefined,
      axisLabel: Object.assign(unit(chart), { color: t.muted }) });
    option.series = chart.series.map((s) => {
      const of = s.band === undefined ? s : chart.series[s.band];
      const color = t.series[[1, 4, 6][lines.indexOf(of) % 3]];
      return {
        type: "line", name: s.label, showSymbol: false, connectNulls: false,
        lineStyle: { color, width: s === of ? 2.5 : 1, type: s === of ? "solid" : "dotted" }, itemStyle: { color },
        data: chart.x.map((x, i) => [x, isNumber(s.values[i]) ? s.values[i] : null]),
        markLine: s === chart.series[0] ? thresholdLine(chart, t) : undefined,
      };
    });
    return { option, height: 320 };
  }

  /* From one sum to the next: series 0 is what a row adds, series 1 the sum after it. */
  function waterfall(chart, t, width) {
    const add = chart.series[0];
    const sum = chart.series[1];
    const option = base(chart, t);
    option.tooltip.trigger = "item";
    option.tooltip.formatter = tooltip(chart, (p) => p.dataIndex);
    option.grid = { left: 14, right: 60, top: 18, bottom: 26, containLabel: true };
    option.yAxis = rowAxis(chart, t, width, 8);
    option.xAxis = valueAxis(t, axisName(t, chart.xname, 26));
    option.series = [{
      type: "custom", encode: { x: [1, 2], y: 0 },
      data: add.values.map((v, i) => [i, sum.values[i] - v, sum.values[i]]),
      markLine: thresholdLine(chart, t),
      renderItem: (params, api) => {
        const i = params.dataIndex;
        const a = api.coord([api.value(1), i]);
        const b = api.coord([api.value(2), i]);
        const rises = b[0] >= a[0];
        return { type: "group", children: [
          { type: "rect", shape: { x: Math.min(a[0], b[0]), y: a[1] - 7, width: Math.max(1.5, Math.abs(b[0] - a[0])), height: 14 },
            style: { fill: rises ? t.series[1] : t.series[4] } },
          { type: "text", style: { x: Math.max(a[0], b[0]) + 5, y: a[1], text: show(add, add.values[i]), fill: t.ink,
            font: "12px " + t.font, textVerticalAlign: "middle", verticalAlign: "middle" } },
        ] };
      },
    }];
    return { option, height: chart.rows.length * (labelsAbove(chart, width) ? 42 : 28) + 60 };
  }

  maillon.start({ bars, weights, histogram, curve, waterfall });
})();
