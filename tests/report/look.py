#!/usr/bin/env python3
"""Looks at the page as a browser draws it: look.py RENDER CHROMIUM

Renders the sample page, loads it in headless Chromium, and checks that
  - no script failed and nothing was asked of the network;
  - every chart is an SVG with as many marks as its data ask for;
  - every HTML table has the rows it says, and every row as many cells as its head;
  - the screenshots (light, dark, narrow) are drawn: colours of the series present, not blank.
The test of the test: a page whose data are broken is found bad.
"""
import collections
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import png  # noqa: E402

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars", "--enable-logging=stderr", "--v=0", "--virtual-time-budget=8000",
         "--host-resolver-rules=MAP * ~NOTFOUND"]


class Fault(Exception):
    pass


class Page(html.parser.HTMLParser):
    """What is needed of a dumped DOM: charts with their SVG marks, tables with their rows."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root, self.charts, self.tables = {}, {}, []
        self.chart, self.depth, self.cells, self.headings = None, 0, 0, []
        self.in_data, self.data, self.heading = False, "", None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "html":
            self.root = attrs
        if tag == "script" and attrs.get("id") == "data":
            self.in_data = True
        if "data-chart" in attrs:
            self.chart, self.depth = attrs["data-chart"], 0
            self.charts[self.chart] = {"attrs": attrs, "svg": 0, "path": 0, "text": []}
        if self.chart:
            if tag == "div":
                self.depth += 1
            if tag in ("svg", "path"):
                self.charts[self.chart][tag] += 1
        if tag == "table":
            self.tables.append({"attrs": attrs, "head": 0, "rows": []})
        if tag in ("td", "th"):
            self.cells += 1
        if tag == "h3":
            self.heading = ""

    def handle_endtag(self, tag):
        if tag == "script":
            self.in_data = False
        if self.chart and tag == "div":
            self.depth -= 1
            if self.depth == 0:
                self.chart = None
        if tag == "tr":
            table = self.tables[-1]
            if table["head"] == 0:
                table["head"] = self.cells
            else:
                table["rows"].append(self.cells)
            self.cells = 0
        if tag == "h3":
            self.headings.append(self.heading)
            self.heading = None

    def handle_data(self, data):
        if self.in_data:
            self.data += data
        if self.chart and data.strip():
            self.charts[self.chart]["text"].append(data.strip())
        if self.heading is not None:
            self.heading += data


def browse(chromium, page, *extra):
    profile = tempfile.mkdtemp(prefix="mln-chromium-")
    try:
        done = subprocess.run([chromium, *FLAGS, f"--user-data-dir={profile}", *extra,
                               page.resolve().as_uri()], capture_output=True, timeout=180, check=False)
        return done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    finally:
        shutil.rmtree(profile, ignore_errors=True)


def expect(condition, what):
    if not condition:
        raise Fault(what)


def check_console(log):
    for line in log.splitlines():
        expect("CONSOLE" not in line, "the console says: " + line[-300:])


def check_chart(chart, drawn):
    values = [v for s in chart["series"] for v in s["values"] if isinstance(v, (int, float))]
    name = chart["name"]
    expect(drawn["svg"] == 1, f"{name}: no SVG")
    expect(int(drawn["attrs"].get("data-drawn", 0)) > 0, f"{name}: not drawn")
    marks = sum(1 for v in values if v > 0)
    expect(drawn["path"] >= marks, f"{name}: {drawn['path']} marks for {marks} values")
    if len(chart["rows"]) <= 40:
        said = "".join(drawn["text"]).replace(" ", "").replace("\u00a0", "")
        for row in chart["rows"]:
            for word in row.split():
                expect(word in said, f"{name}: the label of a row is not written")
        if any(v == "s" for s in chart["series"] for v in s["values"]):
            expect("s" in drawn["text"], f"{name}: no sign for what is suppressed")


def check_dom(dom):
    page = Page()
    page.feed(dom)
    data = json.loads(page.data)
    expect(page.root.get("data-ready") == str(len(data["charts"])), "the script did not end")
    expect(len(data["charts"]) >= 6, "too few charts")
    expect(set(page.charts) == {c["name"] for c in data["charts"]}, "charts and data differ")
    for chart in data["charts"]:
        check_chart(chart, page.charts[chart["name"]])
    expect(len(page.tables) >= len(page.charts), "a chart without its table")
    for table in page.tables:
        name = table["attrs"].get("data-grid")
        expect(len(table["rows"]) == int(table["attrs"]["data-rows"]), f"{name}: rows are missing")
        expect(all(n == table["head"] for n in table["rows"]), f"{name}: a row of another width")
    expect(len(page.headings) >= len(page.charts) and all(h.strip() for h in page.headings),
           "a figure without a title")


def color(text):
    return bytes(int(text[i:i + 2], 16) for i in (1, 3, 5))


def check_picture(path, css, dark):
    """Enough colours, the paper mostly, and each series' colour somewhere."""
    width, height, bpp, rows = png.read(path)
    count = collections.Counter()
    for row in rows:
        count.update(row[i:i + 3] for i in range(0, width * bpp, bpp))
    tokens = re.findall(r"--(paper|series-[1-5]): (#[0-9a-f]{6});", css)
    chosen = dict(tokens[6:12] if dark else tokens[:6])
    expect(len(chosen) == 6, "the style has other tokens than this test knows")
    expect(len(count) > 50, f"{path}: blank ({len(count)} colours)")
    expect(count.most_common(1)[0][0] == color(chosen["paper"]), f"{path}: not on its paper")
    for name, value in chosen.items():
        expect(count[color(value)] > 100, f"{path}: {name} is nowhere")
    expect(count.most_common(1)[0][1] < 0.98 * width * height, f"{path}: all but blank")


def look(render, chromium, folder):
    page = folder / "report.html"
    css = (pathlib.Path(__file__).parents[2] / "web" / "report.css").read_text("utf-8")
    subprocess.run([render, page, "fr", "168"], check=True)
    dom, log = browse(chromium, page, "--window-size=1200,2000", "--dump-dom")
    check_console(log)
    check_dom(dom)
    for name, flags in (("light", ["--window-size=1200,5200"]),
                        ("dark", ["--window-size=1200,5200", "--force-dark-mode",
                                  "--blink-settings=preferredColorScheme=0"]),
                        ("narrow", ["--window-size=500,7600"])):
        picture = folder / f"{name}.png"
        browse(chromium, page, f"--screenshot={picture}", "--force-device-scale-factor=0.5", *flags)
        check_picture(picture, css, name == "dark")

    subprocess.run([render, page, "en", "12"], check=True)
    dom, log = browse(chromium, page, "--window-size=500,2000", "--dump-dom")
    check_console(log)
    check_dom(dom)

    broken = folder / "broken.html"
    broken.write_text(page.read_text("utf-8").replace('"view": "rate"', '"view": "rat"', 1), "utf-8")
    dom, log = browse(chromium, broken, "--dump-dom")
    for check, subject in ((check_console, log), (check_dom, dom)):
        try:
            check(subject)
        except Fault:
            continue
        raise Fault(f"{check.__name__} does not see a broken page")


def main():
    render, chromium = sys.argv[1], shutil.which(sys.argv[2])
    if chromium is None:
        print("no chromium here: the page was not looked at")
        return 77
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mln-look-"))
    try:
        look(render, chromium, folder)
    except Fault as fault:
        print(f"{fault}\n(kept: {folder})")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
