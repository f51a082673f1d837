"""On extracts calibrated to the published study, the report's main tables show the published figures within
sampling error (bench/study/published, at a size that a test can afford)."""

import importlib.machinery
import importlib.util
import math
import os

from project import Place, make, run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
loader = importlib.machinery.SourceFileLoader("published", os.path.join(ROOT, "bench", "study", "published"))
published = importlib.util.module_from_spec(importlib.util.spec_from_loader("published", loader))
loader.exec_module(published)

with Place() as place:
    folder = make(place, procedures=6000, seed=20251218)
    run(folder)
    lines = published.compare(folder)
    outside = [line for line in lines if not line[5]]
    assert not outside, outside
    # most figures are shown at this size; a figure that is off is seen
    assert sum(not math.isnan(line[2]) for line in lines) >= 14, lines
    wrong = [dict(row, value=str(float(row["value"]) + 8)) for row in published.published()[:5]]
    published.published = lambda: wrong
    assert not any(line[5] for line in published.compare(folder)), "figures 8 points off pass"
