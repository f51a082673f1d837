"""maillon eval against the truth of synth; synth --check against the published figures."""

import csv
import json
import os
import shutil

from project import Place, call, make, run

with Place() as place:
    folder = make(place)
    project = os.path.join(folder, "project.yaml")
    truth = os.path.join(folder, "data", "truth")
    call("eval", project, "--truth", truth, expect=3)  # not run yet
    run(folder)
    done = call("eval", project, "--truth", truth)
    with open(os.path.join(folder, "work", "eval.json"), encoding="utf-8") as f:
        written = json.load(f)
    links = {r["niveau"]: r for r in written["liens"] if r["passe"] is None}
    assert set(links) == {"procedure_affaire", "personne", "infraction"}
    for level, r in links.items():  # by keys, on data whose keys are good in 9 of 10
        assert 0 < r["justes"] <= r["trouves"] and r["justes"] <= r["vrais"], r
        assert r["precision"] > 0.97 and r["rappel"] > 0.9, (level, r)
        assert f"{100 * r['precision']:.2f}%" in done.out
    assert 20 < written["bandes"] and 0.5 * written["bandes"] < written["bandes_qui_couvrent"]
    assert f"hold the truth: {written['bandes_qui_couvrent']} of {written['bandes']}" in done.out
    assert call("eval", project, "--truth", truth).out == done.out
    # What is published: a share, its band, and its worst cases around both. Nothing is hidden by this method.
    with open(project, encoding="utf-8") as f:
        text = f.read()
    assert "  method: suppression" in text
    with open(project, "w", encoding="utf-8") as f:
        f.write(text.replace("  method: suppression", "  method: rounding"))
    run(folder)
    with open(os.path.join(folder, "out", "tables", "issues_par_annee.csv"), encoding="utf-8", newline="") as f:
        rows = [r for r in csv.DictReader(f) if r["annee"] == "TOTAL" and r["part"]]
    assert len(rows) == 7, rows
    for r in rows:
        least, low, share, high, most = (float(r[c]) for c in ("part_min", "part_bas", "part", "part_haut", "part_max"))
        assert least <= low <= high <= most and least <= share <= most, r
        assert high - low < most - least or r["issue"] == "TOTAL", r
    with open(os.path.join(folder, "out", "report.html"), encoding="utf-8") as f:
        page = f.read()
    assert "borne basse de l&#39;appariement" in page and "borne haute de l&#39;appariement" in page
    assert page.count("Part si toutes les victimes non appariées ont cette issue") >= 2

    call("synth", os.path.join(folder, "data"), "--check")

    wrong = os.path.join(folder, "wrong")
    shutil.copytree(truth, wrong)
    os.remove(os.path.join(wrong, "victime.csv"))
    assert "victime.csv" in call("eval", project, "--truth", wrong, expect=2).err
    assert call("eval", project, "--truth", place / "nowhere", expect=2).err
