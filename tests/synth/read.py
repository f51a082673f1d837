#!/usr/bin/env python3
"""An independent reader of synthetic extracts: read.py WRITER SOURCE_DIR

Writes a population with WRITER, then checks, with nothing of the program:
  - headers are the columns of models/canonical.yaml, in order; encodings, separators, ends of lines;
  - keys are unique but for whole rows written twice, parents exist but for the orphans made on purpose, in the shares asked;
  - no event lies after the observation date, and acts of an affaire are ranked by day;
  - the truth names only what exists, and every victim's outcome, mode, end and duration can be worked out again from the
    extracts of Justice (acts, ties between affaires) by the priority rule.
The test of the test: damaged copies are found bad.
"""
import collections
import csv
import datetime
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

N = 6000
PROFILE = """version: 1
base: default
judgment:
  late_entry: 0
values:
  bad: {date: 0.004, code: 0.004, duplicate: 0.004, orphan: 0.004}
"""
INTERIOR = ("procedure", "proc_personne", "proc_infraction")
KEY = ("force", "code_unite", "numero", "annee")
PRIORITY = ("poursuites", "composition", "alternative", "inopportunite", "non_poursuivable", "en_cours")


class Fault(Exception):
    pass


def need(truth, text):
    if not truth:
        raise Fault(text)


def canonical(source):
    """Tables → columns and key, from the shape of the file (one column a line)."""
    tables, name = {}, None
    for line in (source / "models/canonical.yaml").read_text(encoding="utf-8").splitlines():
        if m := re.match(r"  (\w+):$", line):
            name = m[1]
            tables[name] = {"columns": [], "key": []}
        elif m := re.match(r"    key: \[(.*)\]", line):
            tables[name]["key"] = m[1].split(", ")
        elif m := re.match(r"      (\w+): +\{type", line):
            tables[name]["columns"].append(m[1])
    need(len(tables) == 10, "canonical.yaml: ten tables")
    return tables


def day(text):
    return datetime.datetime.strptime(text, "%d/%m/%Y").date()


def read_table(folder, name):
    raw = (folder / f"{name}.csv").read_bytes()
    if name in INTERIOR:
        need(b"\r" not in raw, f"{name}: Interior ends its lines with LF")
        text = raw.decode("utf-8")
    else:
        need(raw.count(b"\r\n") == raw.count(b"\n"), f"{name}: Justice ends its lines with CRLF")
        text = raw.decode("cp1252")
    return list(csv.DictReader(text.splitlines(), delimiter=";", strict=True))


def read_truth(folder, name):
    with open(folder / "truth" / f"{name}.csv", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, strict=True))


def proc(row):
    return tuple(row[k] for k in KEY)


def check_shape(folder, tables):
    data = {}
    for name, table in tables.items():
        data[name] = read_table(folder, name)
        need(list(data[name][0]) == table["columns"], f"{name}: columns are not those of the model")
        seen = {}
        for row in data[name]:
            key = tuple(row[k] for k in table["key"])
            need(seen.setdefault(key, row) == row, f"{name}: two rows of one key")
        doubled = len(data[name]) - len(seen)
        need(doubled <= 0.02 * len(seen) + 5, f"{name}: too many rows twice")
        data[name] = list(seen.values())
    need(any(b >= 0x80 for b in (folder / "correspondance.csv").read_bytes()), "no accent at Justice")
    return data


def check_parents(data):
    good = {proc(r) for r in data["procedure"] if real_date(r["date_enregistrement"])}
    bad_dates = len(data["procedure"]) - len(good)
    need(0 < bad_dates < 0.02 * len(good), "procedures with an impossible day: none, or too many")
    need(abs(len(good) - N) == 0, "as many procedures as asked")
    affaires = {r["affaire_id"] for r in data["affaire"]}
    orphans = 0
    for name in ("proc_personne", "proc_infraction"):
        orphans += sum(proc(r) not in good for r in data[name])
    for name in ("affaire_parquet", "correspondance", "affaire_personne", "affaire_infraction", "evenement", "lien_affaire"):
        orphans += sum(r["affaire_id"] not in affaires for r in data[name])
    need(0 < orphans < 0.02 * len(good), f"{orphans} orphans")
    need(all(r["affaire_cible_id"] in affaires for r in data["lien_affaire"]), "a tie to an affaire that is not there")
    return good, affaires


def real_date(text):
    try:
        day(text)
        return True
    except ValueError:
        return False


def check_events(data, affaires, observation):
    acts = collections.defaultdict(list)
    for r in data["evenement"]:
        if r["affaire_id"] not in affaires:
            continue  # an orphan made on purpose
        need(day(r["date"]) <= observation, "an act after the observation date")
        acts[r["affaire_id"]].append(r)
    for rows in acts.values():
        rows.sort(key=lambda r: int(r["rang"]))
        days = [day(r["date"]) for r in rows]
        need(days == sorted(days), "acts of an affaire are not ranked by day")
    for r in data["affaire"]:
        need(acts[r["affaire_id"]][0]["type"] == "enregistrement", "an affaire does not begin with its registration")
        need(day(r["date_arrivee"]) <= day(r["date_enregistrement"]) <= observation, "arrival after registration")
    return acts


def check_links(folder, data, good, affaires):
    links = collections.defaultdict(set)
    for r in read_truth(folder, "lien_procedure_affaire"):
        need(proc(r) in good and r["affaire_id"] in affaires, "truth: a link to nowhere")
        links[proc(r)].add(r["affaire_id"])
    for name, left, right in (("lien_personne", "proc_personne", "affaire_personne"),
                              ("lien_infraction", "proc_infraction", "affaire_infraction")):
        a = {proc(r) + (r["rang"],): r for r in data[left]}
        b = {(r["affaire_id"], r["rang"]): r for r in data[right]}
        n = 0
        for r in read_truth(folder, name):
            x, y = a.get(proc(r) + (r["rang_procedure"],)), b.get((r["affaire_id"], r["rang_affaire"]))
            need(x and y, f"truth: {name} names a row that is not there")
            need(r["affaire_id"] in links[proc(r)], f"truth: {name} without its procedure's link")
            if left == "proc_personne":
                need((x["role"], x["nature"]) == (y["role"], y["nature"]), "truth: persons of two roles")
                if x["csns_qualite"] == y["csns_qualite"] == "A":
                    need(x["csns"] == y["csns"], "truth: persons of two certain tokens")
            n += 1
        need(n > N, f"truth: few rows in {name}")
    return links


def courses(acts, code_table, affaire):
    """Rank of the author → (outcome, mode, day of orientation, end or None)."""
    out = {}
    for r in acts[affaire]:
        author = r["rang_auteur"]
        if r["type"] in ("orientation", "reorientation"):
            issue, mode = code_table[r["code"]]
            d = day(r["date"])
            out[author] = [issue, mode, d, None if issue == "poursuites" else d]
        elif r["type"] == "decision" or (r["type"] == "ordonnance_reglement" and r["code"] == "NLIE"):
            out[author][3] = day(r["date"])
    return list(out.values())


def check_outcomes(folder, source, data, acts, links):
    with open(source / "nomenclatures/evenements.csv", encoding="utf-8", newline="") as f:
        code_table = {r["code"]: (r["issue"], r["mode"]) for r in csv.DictReader(f)}
    onward = {r["affaire_id"]: r["affaire_cible_id"] for r in data["lien_affaire"] if r["type"] != "disjonction"}
    recorded = {proc(r): r["date_enregistrement"] for r in data["procedure"]}
    victims = {proc(r) + (r["rang"],) for r in data["proc_personne"] if r["role"] == "victime" and r["nature"] == "physique"}
    found = collections.Counter()
    for r in read_truth(folder, "victime"):
        need(proc(r) + (r["rang"],) in victims, "truth: a victim that is not there")
        victims.discard(proc(r) + (r["rang"],))
        own = links[proc(r)]
        if not own:
            need(r["issue"] == r["date_issue"] == "", "truth: an outcome without an affaire")
            continue
        known = [c for a in {onward.get(a, a) for a in own} for c in courses(acts, code_table, a)]
        known = known or [["en_cours", "", None, None]]
        best = min((c[0] for c in known), key=PRIORITY.index)
        mine = [c for c in known if c[0] == best]
        need(r["issue"] == best, f"truth: outcome {r['issue']}, worked out {best}")
        if best == "poursuites":
            first = min(c[2] for c in mine)
            need(r["mode"] in {c[1] for c in mine if c[2] == first}, "truth: another mode")
        ends = [c[3] for c in mine]
        end = None if None in ends else max(ends)
        need(r["date_issue"] == ("" if end is None else end.isoformat()), "truth: another end")
        if end is not None:
            need(int(r["duree_jours"]) == (end - day(recorded[proc(r)])).days >= 0, "truth: another duration")
        found[best] += 1
    need(not victims, "truth: a victim is left out")
    need(all(found[w] > 20 for w in PRIORITY), f"an outcome hardly occurs: {found}")


def check_stages(folder, data, links):
    """Stays follow each other from the recording on; who waits or runs in the end is whose outcome is open."""
    recorded = {proc(r): r["date_enregistrement"] for r in data["procedure"]}
    stays = collections.defaultdict(list)
    for r in read_truth(folder, "etape"):
        stays[proc(r)].append((int(r["ordre"]), r["etape"], r["entree"], r["sortie"]))
    need({p for p in links if links[p]} == set(stays), "truth: stages without an affaire, or none")
    for p, list_ in stays.items():
        list_.sort()
        need([s[0] for s in list_] == list(range(1, len(list_) + 1)), "truth: a stay is missing")
        need(list_[0][2] == day(recorded[p]).isoformat(), "truth: the first stay is not from the recording on")
        need(all(a[3] == b[2] and a[1] != b[1] for a, b in zip(list_, list_[1:])), "truth: stays do not follow")
        need(list_[-1][3] == "", "truth: the last stay ended")
    for r in read_truth(folder, "victime"):
        if r["issue"]:
            last = stays[proc(r)][-1][1]
            open_ = {"en_cours": {"orientation"}, "poursuites": {"instruction", "jugement"}}
            want = open_.get(r["issue"], ()) if r["date_issue"] == "" else {"appel", "terminee"}
            need(last in want, f"truth: {last} at the end, but {r['issue']} {r['date_issue'] and 'ended'}")


def check_identities(folder, data):
    """A certain token is one person's, and hers everywhere; some persons come back."""
    token = {proc(r) + (r["rang"],): r["csns"] for r in data["proc_personne"] if r["csns_qualite"] == "A"}
    rows = {proc(r) + (r["rang"],): r["role"] for r in data["proc_personne"] if r["nature"] == "physique"}
    tokens, procedures = {}, collections.defaultdict(set)
    for r in read_truth(folder, "identite"):
        key = proc(r) + (r["rang"],)
        need(rows.pop(key, None) == r["role"], "truth: an identity of nobody")
        procedures[r["personne"]].add(proc(r))
        if key in token:
            need(tokens.setdefault(r["personne"], token[key]) == token[key], "truth: a person of two tokens")
    need(not rows, "truth: a person without an identity")
    need(len(set(tokens.values())) == len(tokens), "truth: a token of two persons")
    several = sum(len(p) > 1 for p in procedures.values())
    need(0.1 < several / len(procedures) < 0.4, f"{several} of {len(procedures)} persons come back")


def check_order(data, links):
    """The place of a procedure in its file says nothing of the place of its affaire."""
    at = {proc(r): i for i, r in enumerate(data["procedure"])}
    there = {r["affaire_id"]: i for i, r in enumerate(data["affaire"])}
    pairs = [(at[p], there[a]) for p, s in links.items() for a in s if a in there]
    near = sum(abs(i - j) < 100 for i, j in pairs) / len(pairs)
    need(near < 0.08, f"{near:.2f} of the affaires stand near their procedure")


def check(folder, source):
    tables = canonical(source)
    data = check_shape(folder, tables)
    good, affaires = check_parents(data)
    acts = check_events(data, affaires, datetime.date(2024, 12, 31))
    links = check_links(folder, data, good, affaires)
    check_outcomes(folder, source, data, acts, links)
    check_stages(folder, data, links)
    check_identities(folder, data)
    check_order(data, links)


def damage(path, pattern, by, count=1):
    text = path.read_bytes()
    changed = re.sub(pattern, by, text, count=count, flags=re.M)
    need(changed != text, f"the damage to {path.name} did nothing")
    path.write_bytes(changed)


DAMAGES = (
    ("affaire.csv", rb"^\d{11};[^\n]*\n", b"", 1, "an affaire is lost"),
    ("evenement.csv", rb";orientation;(../../)20..;", rb";orientation;\g<1>2025;", 1, "an act of the future"),
    ("procedure.csv", rb"^force;", b"FORCE;", 1, "a column renamed"),
    ("truth/victime.csv", rb",alternative,", b",composition,", 1, "another outcome"),
    ("truth/etape.csv", rb"^[^\n]*,2,orientation,[^\n]*\n", b"", 1, "a stay lost"),
    ("truth/identite.csv", rb"^[^\n]*,mis_en_cause,[^\n]*\n", b"", 1, "a person lost"),
    ("truth/lien_personne.csv", rb",1,(\d{11}),\d+$", rb",1,\g<1>,77", 1, "a rank that is not there"),
    ("evenement.csv", rb";decision;[^\n]*\n", b";;;;;\r\n", 1, "a decision lost"),
    ("proc_personne.csv", rb";A;", b";A;", 0, None),
)


def main():
    writer, source = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as tmp:
        tmp = pathlib.Path(tmp)
        (tmp / "p.yaml").write_text(PROFILE)
        out = tmp / "out"
        subprocess.run([writer, out, str(N), "11", "2", str(tmp / "p.yaml"), "1"], check=True)
        check(out, source)
        for file, pattern, by, count, what in DAMAGES:
            if what is None:
                continue
            copy = tmp / "damaged"
            shutil.copytree(out, copy)
            damage(copy / file, pattern, by, count)
            try:
                check(copy, source)
            except Exception:  # noqa: BLE001  any refusal will do
                pass
            else:
                raise Fault(f"not seen: {what}")
            shutil.rmtree(copy)
    print("extracts and truth agree")


if __name__ == "__main__":
    main()
