#!/usr/bin/env python3
"""Prints N distinct invented surnames of a French look, one a line, upper case, seeded.

A name is 1 to 5 syllables (onset, vowel, coda drawn with weights), cut to a length drawn from the
distribution observed for surnames of administrative files: mean 7, most between 4 and 10; 3 % are
compounds with a hyphen, 3 % start with DE, LE or DU, 8 % hold an accented letter."""
import random
import sys

ONSETS = "B BR C CH CL D DR F FL FR G GR GU H J L LH M N P PL PR QU R S SP ST T TR V".split()
VOWELS = "A A AI AU E E E EAU EI EU I I O O OI OU U UI Y".split()
CODAS = ["", "", "", "", "C", "L", "LD", "LL", "N", "N", "NC", "ND", "NT", "R", "R", "RD", "RT", "S", "T", "X"]
ACCENTS = {"E": "ÉÈ", "I": "Ï", "O": "Ô", "C": "Ç"}


def name(rng):
    wanted = max(3, min(16, round(rng.gauss(7.0, 1.9))))
    text = ""
    while len(text) < wanted:
        text += rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)
    return text[:wanted]


def main():
    n, rng, seen = int(sys.argv[1]), random.Random(int(sys.argv[2])), set()
    while len(seen) < n:
        text = name(rng)
        kind = rng.random()
        if kind < 0.03:
            text += "-" + name(rng)
        elif kind < 0.06:
            text = rng.choice(["DE ", "LE ", "DU "]) + text
        elif kind < 0.14:
            text = "".join(rng.choice(ACCENTS[c]) if c in ACCENTS and rng.random() < 0.5 else c for c in text)
        if text not in seen:
            seen.add(text)
            print(text)


main()
