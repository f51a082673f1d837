"""Bands of linkage error hold the truth about as often as they say, on ten seeds; and they are no wider than the
error calls for."""

import json
import math
import os
import shutil

from project import Place, call, make

SEEDS, LEVEL = range(31, 41), 0.95

with Place() as place:
    folder = make(place, procedures=1500, seed=SEEDS[0])
    data, project = os.path.join(folder, "data"), os.path.join(folder, "project.yaml")
    held = []  # by seed: the share of its bands that hold the truth
    width = gap = bands = 0.0
    for seed in SEEDS:
        shutil.rmtree(data)
        call("synth", "-q", data, "--procedures", 1500, "--seed", seed)
        call("run", "-q", "--to", "study", project)
        call("eval", project, "--truth", os.path.join(data, "truth"))
        with open(os.path.join(folder, "work", "eval.json"), encoding="utf-8") as f:
            written = json.load(f)
        figures = [x for x in written["chiffres"] if "bande_couvre" in x]
        assert len(figures) == written["bandes"] > 20
        for x in figures:
            inside = x["bande_basse"] - 1e-12 <= x["vrai"] <= x["bande_haute"] + 1e-12
            assert inside == bool(x["bande_couvre"]) and 0 <= x["bande_basse"] <= x["bande_haute"] <= 1, x
        held.append(written["bandes_qui_couvrent"] / written["bandes"])
        bands += len(figures)
        width += sum((x["bande_haute"] - x["bande_basse"]) ** 2 for x in figures)
        gap += sum((x["obtenu"] - x["vrai"]) ** 2 for x in figures)
    share = sum(held) / len(held)
    width, gap = math.sqrt(width / bands), math.sqrt(gap / bands)
    print(f"{100 * share:.1f} % of bands hold the truth; {100 * width:.2f} points wide, gap {100 * gap:.2f}")
    # Figures of a seed hang together: the error of the mean is that of the seeds', at least the binomial one.
    spread = sum((h - share) ** 2 for h in held) / (len(held) - 1)
    error = math.sqrt(max(spread, LEVEL * (1 - LEVEL) * len(held) / bands) / len(held))
    assert LEVEL - 4 * error - 0.02 < share < min(0.995, LEVEL + 4 * error + 0.02), (share, error)
    # Two ends of 1.96 errors, and as much again for shares of few victims and for what the published share lacks.
    assert width < 5 * gap, (width, gap)
