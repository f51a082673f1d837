"""Two small files of invented persons: people.py FOLDER N [SEED]

Writes left.csv and right.csv (id,first_name,surname,dob,commune): N rows each, seven in ten of the right are damaged
copies of a left one with the same number in the id. Names are made of syllables. The same arguments give the same
bytes with any Python 3."""
import os
import random
import sys

COLUMNS = "id,first_name,surname,dob,commune"


def name(rng, n):
    return "".join(rng.choice("BCDFGLMNPRSTV") + rng.choice("AEIOU") for _ in range(n))


def typed(rng, text):
    at = rng.randrange(len(text))
    return text[:at] + rng.choice("ABCDEFGHIKLMNOPRSTU") + text[at + 1:]


def person(rng, firsts, surnames):
    return [rng.choice(firsts), rng.choice(surnames),
            f"{rng.randrange(1940, 2005)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
            f"{rng.randrange(1, 96):02}{rng.randrange(1, 40):03}"]


def damaged(rng, row):
    first, surname, dob, commune = row
    return [typed(rng, first) if rng.random() < 0.08 else first,
            typed(rng, surname) if rng.random() < 0.08 else surname,
            "" if rng.random() < 0.03 else dob,
            f"{rng.randrange(1, 96):02}{rng.randrange(1, 40):03}" if rng.random() < 0.1 else commune]


def files(n, seed=1):
    """Rows of the two sides, as lists of cells."""
    rng = random.Random(seed)
    firsts = [name(rng, rng.randrange(2, 4)) for _ in range(80)]
    surnames = [name(rng, rng.randrange(2, 5)) for _ in range(300)]
    left = [[f"P{i:05}"] + person(rng, firsts, surnames) for i in range(n)]
    right = [[f"P{i:05}"] + (damaged(rng, left[i][1:]) if rng.random() < 0.7 else person(rng, firsts, surnames))
             for i in range(n)]
    return left, right


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write(COLUMNS + "\n" + "".join(",".join(r) + "\n" for r in rows))


def main():
    folder, n = sys.argv[1], int(sys.argv[2])
    left, right = files(n, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, "left.csv"), left)
    write(os.path.join(folder, "right.csv"), right)


if __name__ == "__main__":
    main()
