"use strict";
/* What the pages with charts share: the data beside the page, its colours and axes, and the drawing of every
 * chart again when the page's width, its colours or its medium change. start(builders): view → function(chart,
 * theme, width) → { option, height }. */
const maillon = (function () {
  const page = JSON.parse(document.getElementById("data").textContent);
  const locale = page.lang === "fr" ? "fr-FR" : "en-GB";
  const drawn = new Map(); /* chart name → ECharts instance */
  const NARROW = 560; /* pixels of a chart under which labels move */

  function token(name) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  }

  function theme() {
    const series = [];
    for (let i = 1; i <= 10; i++) {
      series.push(token("series-" + i));
    }
    return {
      ink: token("ink"), muted: token("muted"), rule: token("rule"), paper: token("paper"),
      secret: token("secret"), accent: token("accent"), series,
      font: getComputedStyle(document.body).fontFamily,
    };
  }

  function isNumber(v) {
    return typeof v === "number";
  }

  function format(value, decimals) {
    return value.toLocaleString(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  }

  function escapeHtml(text) {
    return text.replace(/[&<>"']/g, (c) => "&#" + c.charCodeAt(0) + ";");
  }

  function shorten(text, width) {
    return text.length <= width ? text : text.slice(0, width - 1).trimEnd() + "…";
  }

  function base(chart, t) {
    return {
      animation: false,
      textStyle: { fontFamily: t.font, color: t.ink, fontSize: 13 },
      aria: { enabled: false },
      tooltip: {
        confine: true, backgroundColor: t.paper, borderColor: t.rule,
        textStyle: { color: t.ink, fontSize: 13, fontFamily: t.font },
        extraCssText: "box-shadow:0 2px 10px rgba(0,0,0,.18)",
      },
    };
  }

  /* On a narrow page long labels stand above their bars, so that bars keep the width. */
  function labelsAbove(chart, width) {
    return width < NARROW && chart.rows.some((label) => label.length > 12);
  }

  /* Rows from top to bottom as in the table: the category axis is reversed. `lift`: pixels from the
   * middle of a row to the foot of its label, when labels stand above. */
  function rowAxis(chart, t, width, lift) {
    const above = labelsAbove(chart, width);
    const place = above ? { verticalAlign: "bottom", align: "left", padding: [0, 0, lift, 0] } : {};
    return {
      type: "category", inverse: true, axisTick: { show: false }, z: 10,
      axisLine: { show: !above, lineStyle: { color: t.ink } },
      data: chart.rows.map((label, i) => ({
        value: above ? shorten(label, 52) : label,
        textStyle: Object.assign({ fontWeight: i === chart.total ? "bold" : "normal" }, place),
      })),
      axisLabel: Object.assign({
        color: t.ink, fontSize: 13, lineHeight: 15, fontFamily: t.font, interval: 0,
      }, above ? { inside: true, margin: 0 } : { width: Math.min(230, width * 0.32), overflow: "break" }, place),
    };
  }

  function valueAxis(t, options) {
    return Object.assign({
      type: "value", axisLine: { show: false }, axisTick: { show: false },
      splitLine: { lineStyle: { color: t.rule } },
      axisLabel: { color: t.muted, fontSize: 12, hideOverlap: true },
    }, options);
  }

  function start(builders) {
    function draw(chart) {
      const place = document.querySelector('[data-chart="' + chart.name + '"]');
      const width = place.clientWidth || place.parentElement.clientWidth;
      const built = builders[chart.view](chart, theme(), width);
      place.style.height = Math.max(160, built.height) + "px";
      let instance = drawn.get(chart.name);
      if (!instance) {
        instance = echarts.init(place, null, { renderer: "svg" });
        drawn.set(chart.name, instance);
      }
      instance.resize();
      instance.setOption(built.option, true);
      place.dataset.drawn = String(built.option.series.length);
    }

    function drawAll() {
      page.charts.forEach(draw);
    }

    /* The charts are built again when the page's width, its colours or its medium change. */
    let pending = 0;
    let lastWidth = document.documentElement.clientWidth;
    window.addEventListener("resize", () => {
      if (document.documentElement.clientWidth === lastWidth) {
        return;
      }
      lastWidth = document.documentElement.clientWidth;
      clearTimeout(pending);
      pending = setTimeout(drawAll, 120);
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
    let closed = [];
    window.addEventListener("beforeprint", () => {
      closed = Array.from(document.querySelectorAll("details:not([open])"));
      closed.forEach((d) => { d.open = true; });
    });
    window.addEventListener("afterprint", () => {
      closed.forEach((d) => { d.open = false; });
    });
    window.matchMedia("print").addEventListener("change", drawAll);

    drawAll();
    document.documentElement.dataset.ready = String(page.charts.length);
  }

  return { page, NARROW, theme, isNumber, format, escapeHtml, shorten, base, labelsAbove, rowAxis, valueAxis, start };
})();
