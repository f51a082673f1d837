#!/usr/bin/env python3
"""Looks at report.html of a linkage as a browser draws it: look_linkage.py MAILLON CHROMIUM

Checks in headless Chromium, in both languages, that no script failed, every chart is drawn with the marks its data
ask for and has its table, that no id and no value of the files stands in the page, and that the screenshot is drawn.
The test of the test: a page whose data are broken is found bad."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "report")]
import look as study  # noqa: E402  (tests/report/look.py)
import people  # noqa: E402
import png  # noqa: E402


def marks_of(chart):
    """How many shapes a chart must have at least."""
    values = [v for s in chart["series"][:chart["drawn"]] for v in s["values"] if isinstance(v, (int, float))]
    if chart["view"] == "curve":
        return len([s for s in chart["series"] if any(v is not None for v in s["values"])])
    return sum(1 for v in (values if chart["view"] == "bars" else chart["series"][0]["values"]) if v)


def check_dom(dom, wanted):
    page = study.Page()
    page.feed(dom)
    data = json.loads(page.data)
    study.expect(page.root.get("data-ready") == str(len(data["charts"])), "the script did not end")
    names = [c["name"] for c in data["charts"]]
    study.expect(names[:len(wanted)] == wanted, f"other charts: {names}")
    pairs = names[len(wanted):]
    study.expect(all(n.startswith(("above-", "below-")) for n in pairs) and "above-1" in pairs,
                 f"other pairs: {pairs}")
    study.expect(set(page.charts) == set(names), "charts and data differ")
    for chart in data["charts"]:
        drawn = page.charts[chart["name"]]
        study.expect(drawn["svg"] == 1 and int(drawn["attrs"].get("data-drawn", 0)) > 0, f"{chart['name']}: not drawn")
        study.expect(drawn["path"] >= marks_of(chart),
                     f"{chart['name']}: {drawn['path']} marks for {marks_of(chart)} values")
    study.expect(len(page.tables) == len(names), "a chart without its table")
    for table in page.tables:
        name = table["attrs"].get("data-grid")
        study.expect(len(table["rows"]) == int(table["attrs"]["data-rows"]), f"{name}: rows are missing")
        study.expect(all(n == table["head"] for n in table["rows"]), f"{name}: a row of another width")


def look_at(maillon, chromium, folder, command, lang):
    inputs = ["left.csv", "right.csv"] if command == "link" else ["both.csv"]
    out = f"{command}-{lang}"
    subprocess.run([maillon, command, "-q", HERE / f"{command}.yaml", *inputs, "-o", out, "--lang", lang], cwd=folder,
                   check=True, stdout=subprocess.DEVNULL)
    page = folder / out / "report.html"
    text = page.read_text("utf-8")
    for row in people.files(600)[0][:200]:
        for cell in (row[0], row[2] if len(row[2]) > 5 else row[3]):
            study.expect(cell not in text, "a value of the files stands in the page")
    wanted = ["completeness", "blocking", "levels", "weights", "histogram", "quality", "unlinkables"]
    wanted += ["clusters"] if command == "dedupe" else []
    dom, log = study.browse(chromium, page, "--window-size=1200,2000", "--dump-dom")
    study.check_console(log)
    check_dom(dom, wanted)
    return page, wanted


def look(maillon, chromium, folder):
    left, right = people.files(600)
    people.write(folder / "left.csv", left)
    people.write(folder / "right.csv", right)
    people.write(folder / "both.csv", [[r[0] + "a"] + r[1:] for r in left] + [[r[0] + "b"] + r[1:] for r in right])
    page, wanted = look_at(maillon, chromium, folder, "link", "en")
    look_at(maillon, chromium, folder, "dedupe", "fr")
    picture = folder / "page.png"
    study.browse(chromium, page, f"--screenshot={picture}", "--force-device-scale-factor=0.5",
                 "--window-size=1200,5200")
    width, height, bpp, rows = png.read(picture)
    colors = {row[i:i + 3] for row in rows for i in range(0, width * bpp, bpp)}
    study.expect(len(colors) > 50, f"the page is blank ({len(colors)} colours)")
    broken = folder / "broken.html"
    broken.write_text(page.read_text("utf-8").replace('"view": "weights"', '"view": "weigths"', 1), "utf-8")
    dom, log = study.browse(chromium, broken, "--dump-dom")
    try:
        check_dom(dom, wanted)
    except study.Fault:
        return
    raise study.Fault("a broken page is not seen")


def main():
    chromium = shutil.which(sys.argv[2])
    if chromium is None:
        print("no chromium here: the page was not looked at")
        return 77
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mln-look-"))
    try:
        look(str(pathlib.Path(sys.argv[1]).resolve()), chromium, folder)
    except study.Fault as fault:
        print(f"{fault}\n(kept: {folder})")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
