"""A second study is a file: the same extracts, another field, no code."""

import csv
import os
import shutil

from project import Place, make, run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

with Place() as place:
    folder = make(place)
    shutil.copy(os.path.join(ROOT, "models", "study", "hors-couple.yaml"),
                os.path.join(folder, "study.yaml"))
    run(folder)
    with open(os.path.join(folder, "out", "tables", "appariement_victimes_genre.csv"),
              encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert {r["genre"] for r in rows} == {"personnes", "famille", "biens", "TOTAL"}
    total = [r for r in rows if r["genre"] == "TOTAL" and r["lie"] == "TOTAL"]
    assert int(total[0]["effectif"]) >= 50, total
    assert not os.path.exists(os.path.join(folder, "out", "tables", "requalifications.csv"))
