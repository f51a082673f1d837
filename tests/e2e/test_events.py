"""What estimators must bear, through the whole program: no event at all, every chain censored, every act on
one day, a field of one victim and of none. The run ends, tables say so, and no figure is made of nothing."""

import csv
import os
import re
import shutil

from project import Place, call, make, run, twin

KINDS = ["poursuites", "composition", "alternative", "inopportunite", "non_poursuivable", "en_cours"]


def read(folder, name):
    with open(os.path.join(folder, "data", name), encoding="utf-8-sig", newline="") as f:
        rows = list(csv.DictReader(f, delimiter=";"))
    return rows, list(rows[0])


def put(folder, name, head, rows):
    with open(os.path.join(folder, "data", name), "w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, head, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def events(keep):
    def change(folder):
        rows, head = read(folder, "evenement.csv")
        put(folder, "evenement.csv", head, [r for r in rows if keep(r)])
    return change


def one_day(folder):
    """Recorded on one day, registered on one, everything done on one."""
    for name, days in (("procedure.csv", {"date_enregistrement": "10/01/2023", "date_transmission": "12/01/2023"}),
                       ("affaire.csv", {"date_arrivee": "16/01/2023", "date_enregistrement": "17/01/2023"}),
                       ("evenement.csv", {"date": "01/03/2023"})):
        rows, head = read(folder, name)
        for r in rows:
            r.update({c: d for c, d in days.items() if r[c]})
        put(folder, name, head, rows)


def edit(name, old, new):
    def change(folder):
        path = os.path.join(folder, name)
        text = open(path, encoding="utf-8").read()
        assert old in text, old
        open(path, "w", encoding="utf-8").write(text.replace(old, new, 1))
    return change


def nobody(folder):
    edit("study.yaml", "recorded_from: 2018-01-01", "recorded_from: 2030-01-01")(folder)
    edit("study.yaml", "recorded_to: 2023-12-31", "recorded_to: 2031-12-31")(folder)


def table(folder, name):
    path = os.path.join(folder, "out", "tables", name + ".csv")
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def total(folder):
    return {r["issue"]: r for r in table(folder, "issues_par_annee") if r["annee"] == "TOTAL"}


def durations(folder):
    row = [r for r in table(folder, "durees_par_annee") if r["annee"] == "TOTAL"]
    return row[0] if row else {}


def all_running(folder):
    outcomes = total(folder)
    assert int(outcomes["en_cours"]["effectif"]) == int(outcomes["TOTAL"]["effectif"]) > 50, outcomes
    assert all(int(outcomes[k]["effectif"]) == 0 for k in KINDS[:5]), outcomes
    assert float(outcomes["en_cours"]["part"]) == 100, outcomes
    nothing_ended(folder)


def nothing_ended(folder):
    found = durations(folder)
    for column in ("q1_jours", "mediane_jours", "q3_jours", "moyenne_jours", "mediane_km_jours"):
        assert found[column] == "", (column, found)


def only_prosecuted(folder):
    outcomes = total(folder)
    assert int(outcomes["poursuites"]["effectif"]) > 20 and int(outcomes["alternative"]["effectif"]) == 0
    nothing_ended(folder)


def fifty_days(folder):
    found = durations(folder)
    for column in ("q1_jours", "mediane_jours", "q3_jours", "moyenne_jours", "mediane_km_jours"):
        assert float(found[column]) == 50, (column, found)  # 10 January to 1 March 2023


def no_victim(folder):
    for name in ("issues_par_annee", "issues_par_genre", "durees_par_annee", "fins_par_annee"):
        for r in table(folder, name):
            assert r["effectif"] in ("", "0"), (name, r)


def few(folder):
    for r in table(folder, "issues_par_annee"):
        assert r["effectif"] in ("", "0"), r  # one victim is never shown


CASES = [
    ("no event at all", events(lambda r: False), all_running),
    ("all censored", events(lambda r: r["type"] in ("enregistrement", "transmission_instruction")
                            or r["type"] == "orientation" and r["code"] in MODES), only_prosecuted),
    ("ties everywhere", one_day, fifty_days),
    ("a field of nobody", nobody, no_victim),
]
MODES = {"CI", "CDIFF", "COPJ", "CPVCJ", "CRPC", "OP", "CD", "JE", "TP"}


def check(folder, name, holds):
    done = run(folder, expect=None)
    assert done.code == 0, f"{name}: {done}"
    holds(folder)
    for file in os.listdir(os.path.join(folder, "out", "tables")):
        if file.endswith(".csv"):
            text = open(os.path.join(folder, "out", "tables", file), encoding="utf-8").read()
            assert not re.search(r"\b(nan|inf)\b", text, re.I), (name, file)
    print(name, "holds", flush=True)


with Place() as place:
    original = make(place, procedures=400)
    edit("project.yaml", "  sensitive: [issue, issue_terminee, condamne]\n", "")(original)  # whole rows may show
    for n, (name, change, holds) in enumerate(CASES):
        copy = twin(original, f"case{n}")
        change(copy)
        check(copy, name, holds)
        shutil.rmtree(copy)
    check(make(place, "one", procedures=1), "a field of one", few)
    # No procedure: what belongs to one has no parent. Told, by file, and nothing is made.
    empty = twin(original, "empty")
    rows, head = read(empty, "procedure.csv")
    put(empty, "procedure.csv", head, [])
    done = call("run", os.path.join(empty, "project.yaml"), expect=2)
    assert re.search(r"proc_personne", done.err), done
    assert not os.path.exists(os.path.join(empty, "out", "report.html"))
