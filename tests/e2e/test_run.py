"""The whole job; then again, from elsewhere, and with one setting changed: only what depends on it
runs. What the manifest says adds up."""

import os
import re

from project import STAGES, Place, call, differences, files, make, manifest, published, run


def ran(result):
    """The stages that ran, those that were up to date."""
    lines = [line.split() for line in result.err.splitlines() if line]
    return ([w[0] for w in lines if w[0] in STAGES and w[1] != "up"],
            [w[0] for w in lines if w[0] in STAGES and w[1:4] == ["up", "to", "date"]])


def check_manifest(folder):
    exact, shown = manifest(folder), manifest(folder, "out")
    assert [s["stage"] for s in exact["stages"]] == STAGES
    for m in (exact, shown):
        for stage in m["stages"]:
            for c in stage["counts"]:
                assert c["read"] == c["accepted"] + c["rejected"], (stage["stage"], c)
    assert exact["inputs"] == shown["inputs"] and exact["results"] == shown["results"]
    keys = {name[:-len(".key")] for name in os.listdir(os.path.join(folder, "keys"))}
    assert "keys" not in shown and set(exact["keys"]) == keys
    assert len(shown["inputs"]["sources"]) == 10
    for stage in shown["stages"]:
        if stage["rounded"]:
            assert all(c[k] % 5 == 0 for c in stage["counts"] for k in ("read", "accepted"))
    text = open(os.path.join(folder, "out", "manifest.json"), encoding="utf-8").read()
    assert os.path.dirname(folder) not in text, "the manifest tells where it was made"
    assert not re.search(r"20\d\d-\d\d-\d\dT|mtime|host|user", text), "a clock or a machine"
    out = os.path.join(folder, "out")
    listed = {r["path"] for r in shown["results"]}
    assert listed | {"manifest.json"} == set(files(out)), differences(
        dict.fromkeys(listed), dict.fromkeys(files(out)))


def set_in(folder, old, new):
    path = os.path.join(folder, "project.yaml")
    text = open(path, encoding="utf-8").read()
    assert old in text, old
    open(path, "w", encoding="utf-8").write(text.replace(old, new))


with Place() as place:
    folder = make(place)
    first = run(folder)
    assert ran(first) == (STAGES, []), first
    assert first.out.splitlines()[-1].endswith(os.path.join("out", "report.html")), first.out
    for word in ("procedure ", "rejetées", "cle_pv", "Poursuites"):
        assert word in first.out, f"the summary lacks {word}:\n{first.out}"
    check_manifest(folder)
    made = published(folder)

    again = run(folder)
    assert ran(again) == ([], STAGES), again
    assert again.out == first.out and published(folder) == made

    inside = call("run", "project.yaml", cwd=folder)  # typed from another place
    assert ran(inside) == ([], STAGES), inside
    assert published(folder) == made

    quiet = run(folder, "--quiet")
    assert quiet.err == "" and quiet.out == first.out

    forced = run(folder, "--from", "study")
    assert ran(forced) == (STAGES[3:4], STAGES[:3] + STAGES[4:]), forced  # to the same result
    assert published(folder) == made

    one = call("chain", os.path.join(folder, "project.yaml"))
    assert ran(one) == (["chain"], STAGES[:2]) and one.out == "", one
    assert published(folder) == made and ran(run(folder)) == ([], STAGES)

    os.remove(os.path.join(folder, "out", "report.html"))  # what was taken away comes back
    run(folder)
    assert published(folder) == made

    set_in(folder, "  threshold: 5", "  threshold: 7")
    assert ran(run(folder)) == (STAGES[4:], STAGES[:4])
    assert published(folder) != made
    set_in(folder, "  threshold: 7", "  threshold: 5")
    run(folder)
    assert published(folder) == made

    english = run(folder, "--lang", "en")
    assert ran(english)[0] == ["report"], english
    assert "Report: " in english.out and "rejected" in english.out, english.out

    run(folder)
    data = os.path.join(folder, "data")
    os.rename(os.path.join(data, "evenement.csv"), place / "evenement.csv")  # destroyed, say
    assert "evenement.csv" in run(folder, expect=2).err
    assert ran(run(folder, "--from", "chain")) == (["chain"], STAGES[:2] + STAGES[3:])
    assert published(folder) == made
    assert "evenement.csv" in run(folder, "--from", "ingest", expect=3).err
    os.rename(place / "evenement.csv", os.path.join(data, "evenement.csv"))
    assert ran(run(folder)) == ([], STAGES)

    early = run(folder, "--to", "link-chain")
    assert early.out == "" and ran(early) == ([], STAGES[:2]), early
    missing = run(make(place, "autre"), "--from", "chain", expect=2)
    assert "stage ingest is not up to date" in missing.err, missing
