"""What linkage must find on every shipped profile, whatever its noise: one model, untouched."""

import json
import os

from project import Place, call, make, run

# Least precision and recall of links, and of persons inside the links found, on few procedures (the
# figures at 100,000 are in docs/linkage.md).
BARS = {"procedure_affaire": (0.997, 0.985), "personne": (0.985, 0.975)}

for profile in ["default", "worse_keys", "missing_births", "namesakes"]:
    with Place() as place:
        folder = make(place, procedures=4000, profile=profile)
        project = os.path.join(folder, "project.yaml")
        run(folder)
        call("eval", project, "--truth", os.path.join(folder, "data", "truth"))
        with open(os.path.join(folder, "work", "eval.json"), encoding="utf-8") as f:
            written = json.load(f)
        for r in written["liens"]:
            if r["passe"] is None and r["niveau"] in BARS:
                precision, recall = BARS[r["niveau"]]
                print(profile, r["niveau"], r["precision"], r["rappel"])
                assert r["precision"] >= precision and r["rappel"] >= recall, (profile, r)
        joint = [r for r in written["liens"] if r["passe"] == "conjoint"]
        assert joint and joint[0]["justes"] > 0, profile
