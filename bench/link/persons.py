#!/usr/bin/env python3
"""Two files of invented persons, of which many are in both, and the truth kept apart.

    persons.py N SEED OUT_DIR [--format parquet|csv|both]

Writes OUT_DIR/left, right (columns id, first_name, surname, dob, sexe, commune; N rows each, in an order of their
own) and truth (left_id, right_id), as Parquet or CSV. The same N and SEED give the same rows with the versions of
numpy that bench/link/run pins.

Left: N persons. Names are invented of syllables, with frequencies that fall as names of a country's do
(Zipf–Mandelbrot); a first name goes with a sex. Ages follow a pyramid from 15 to 95 years. Communes are those of
nomenclatures/communes.csv, drawn by population.

Right: copies of 7 in 10 persons of the left, damaged by themselves and independently by field, and new persons of
the same population. Damage, in shares of the copies:
  first name   typing 4 %, missing 1 %, first and last name swapped 0.5 %
  surname      typing 3 %; women also: another name 5 %, both names 2 %
  dob          one digit 1.5 %, day and month swapped 0.7 % (where it makes a date), missing 1 %
  sexe         missing 1 %, wrong 0.3 %
  commune      moved 12 % (half of them inside the département), missing 2 %
"""
import argparse
import csv
import os
import random

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

ONSETS = "B BR C CH CL D DR F FL FR G GR GU H J L LH M N P PL PR QU R S SP ST T TR V".split()
VOWELS = "A A AI AU E E E EAU EI EU I I O O OI OU U UI Y".split()
CODAS = ["", "", "", "", "C", "L", "LD", "LL", "N", "N", "NC", "ND", "NT", "R", "R", "RD", "RT", "S", "T", "X"]
ACCENTS = {"E": "ÉÈ", "I": "Ï", "O": "Ô", "C": "Ç"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
N_SURNAMES, N_FIRST = 60000, 1500  # distinct; first names: of each sex
SHARE_IN_BOTH = 0.7


def invented(rng, n, mean, endings):
    seen, names = set(), []
    while len(names) < n:
        wanted = max(3, min(14, round(rng.gauss(mean, 1.9))))
        text = ""
        while len(text) < wanted:
            text += rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
        text = text[:wanted] + rng.choice(endings)
        if rng.random() < 0.04:
            text += "-" + rng.choice(names) if names else ""
        elif rng.random() < 0.08:
            text = "".join(rng.choice(ACCENTS[c]) if c in ACCENTS and rng.random() < 0.5 else c for c in text)
        if text not in seen:
            seen.add(text)
            names.append(text)
    return np.array(names, dtype=object)


def falling(n, shift, power):
    p = 1 / (np.arange(n) + shift) ** power
    return p / p.sum()


def draw(rng, p, n):
    return np.searchsorted(np.cumsum(p)[:-1], rng.random(n), side="right")


def communes():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../nomenclatures/communes.csv")
    with open(path, encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["type"] == "actuelle" and r["fin"] == "" and r["population"]]
    p = np.array([float(r["population"]) for r in rows])
    return np.array([r["code"] for r in rows], dtype=object), p / p.sum()


class World:
    def __init__(self, seed):
        names = random.Random(seed)
        self.surnames = invented(names, N_SURNAMES, 7.0, ["", "", "", "E", "ET", "ON", "IER"])
        self.first = invented(names, N_FIRST, 5.0, ["", "", "E", "IE", "INE"]), \
            invented(names, N_FIRST, 5.0, ["", "", "EN", "ET", "IN"])
        self.surname_p = falling(N_SURNAMES, 12, 0.93)
        self.first_p = falling(N_FIRST, 6, 1.1)
        self.communes, self.commune_p = communes()
        # a pyramid: level up to 64 years of age, falling to 95
        ages = np.arange(15, 95)
        self.age_p = np.where(ages < 64, 1.0, np.maximum(0.08, 1 - (ages - 64) / 36))
        self.age_p /= self.age_p.sum()
        self.departement = np.array([c[:2] for c in self.communes])

    def persons(self, rng, n):
        male = rng.random(n) < 0.5
        which = draw(rng, self.first_p, n)
        first = np.where(male, self.first[1][which], self.first[0][which])
        year = 2009 - draw(rng, self.age_p, n)
        day = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + rng.integers(0, 365, n)
        return {
            "first_name": first,
            "surname": self.surnames[draw(rng, self.surname_p, n)],
            "dob": day.astype(str).astype(object),
            "sexe": np.where(male, "M", "F").astype(object),
            "commune": draw(rng, self.commune_p, n),
        }


def typed(text, rng):
    at = rng.randrange(len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + rng.choice(LETTERS) + text[at + 1:]
    if kind == 1 and len(text) > 2:
        return text[:at] + text[at + 1:]
    if kind == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return text[:at] + rng.choice(LETTERS) + text[at:]


def one_digit(date, rng):
    at = rng.choice([2, 3, 5, 6, 8, 9])
    return date[:at] + rng.choice("0123456789") + date[at + 1:]


def damage(world, p, rng, letters):
    n = len(p["dob"])
    pick = lambda share: np.flatnonzero(rng.random(n) < share)
    women = p["sexe"] == "F"
    for i in pick(0.04):
        p["first_name"][i] = typed(p["first_name"][i], letters)
    for i in pick(0.03):
        p["surname"][i] = typed(p["surname"][i], letters)
    other = world.surnames[draw(rng, world.surname_p, n)]
    for i in pick(0.05):
        if women[i]:
            p["surname"][i] = other[i]
    for i in pick(0.02):
        if women[i]:
            p["surname"][i] += "-" + other[i]
    swapped = pick(0.005)
    p["first_name"][swapped], p["surname"][swapped] = p["surname"][swapped], p["first_name"][swapped]
    for i in pick(0.015):
        p["dob"][i] = one_digit(p["dob"][i], letters)
    for i in pick(0.007):
        y, m, d = p["dob"][i].split("-")
        p["dob"][i] = f"{y}-{d}-{m}" if int(d) <= 12 else p["dob"][i]
    moved = pick(0.12)
    p["commune"][moved] = draw(rng, world.commune_p, len(moved))
    near = moved[rng.random(len(moved)) < 0.5]
    order = np.argsort(world.departement, kind="stable")  # of a département, one commune after the other
    first = np.searchsorted(world.departement[order], world.departement)
    count = np.searchsorted(world.departement[order], world.departement, side="right") - first
    home = p["home"][near]
    p["commune"][near] = order[first[home] + rng.integers(0, 1 << 30, len(near)) % count[home]]
    wrong = pick(0.003)
    p["sexe"][wrong] = np.where(women[wrong], "M", "F")
    for name, share in (("first_name", 0.01), ("dob", 0.01), ("sexe", 0.01)):
        p[name][pick(share)] = None
    p["no_commune"] = pick(0.02)


def table(world, ids, p):
    commune = world.communes[p["commune"]]
    commune[p.get("no_commune", [])] = None
    columns = {"id": pa.array(ids, pa.int64())}
    for name in ("first_name", "surname", "dob", "sexe"):
        columns[name] = pa.array(p[name], pa.string())
    columns["commune"] = pa.array(commune, pa.string())
    return pa.table(columns)


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("n", type=int)
    ask.add_argument("seed", type=int)
    ask.add_argument("out")
    ask.add_argument("--format", choices=["parquet", "csv", "both"], default="both")
    a = ask.parse_args()
    world, rng, letters = World(a.seed), np.random.Generator(np.random.PCG64(a.seed)), random.Random(a.seed + 1)
    left = world.persons(rng, a.n)
    left_ids = rng.permutation(a.n) + 1
    n_both = round(SHARE_IN_BOTH * a.n)
    chosen = rng.permutation(a.n)[:n_both]
    copies = {name: values[chosen].copy() for name, values in left.items()}
    copies["home"] = copies["commune"].copy()
    damage(world, copies, rng, letters)
    new = world.persons(rng, a.n - n_both)
    right = {name: np.concatenate([copies[name], new[name]]) for name in new}
    right["no_commune"] = copies["no_commune"]
    right_ids = rng.permutation(a.n) + 1
    shuffle = pa.array(rng.permutation(a.n))
    tables = {
        "left": table(world, left_ids, left),
        "right": table(world, right_ids, right).take(shuffle),
        "truth": pa.table({"left_id": pa.array(left_ids[chosen], pa.int64()),
                           "right_id": pa.array(right_ids[:n_both], pa.int64())}),
    }
    os.makedirs(a.out, exist_ok=True)
    for name, rows in tables.items():
        if a.format != "csv":
            pq.write_table(rows, os.path.join(a.out, name + ".parquet"))
        if a.format != "parquet":
            pa.csv.write_csv(rows, os.path.join(a.out, name + ".csv"),
                             pa.csv.WriteOptions(quoting_style="none"))


main()
