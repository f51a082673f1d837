#!/usr/bin/env python3
"""How many links are right, on 3,000 × 3,000 invented persons whose truth is known: test_accuracy.py LIBRARY

Through the public C API of the shared library, as another language would call it. The bars are what the damage allows:
a copy can be lost when its birth date is missing and its names are damaged; strangers share names, seldom birth dates."""
import ctypes
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import people  # noqa: E402
from through_library import link  # noqa: E402


def main():
    library = ctypes.CDLL(sys.argv[1])
    model = open(os.path.join(HERE, "link.yaml"), encoding="utf-8").read()
    left, right = people.files(3000, 11)
    copies = {i for i in range(3000) if sum(a == b for a, b in zip(left[i][1:], right[i][1:])) >= 2}
    assert 1900 < len(copies) < 2300, len(copies)
    right = right[::-1]  # row i of the left is row 2999 - i of the right
    links, facts = link(library, model, people.COLUMNS.split(","), (left, right))
    true = sum(a == 2999 - b and a in copies for a, b in links)
    precision, recall = true / len(links), true / len(copies)
    print(f"links {len(links)}, precision {precision:.5f} (estimated {facts.precision:.5f}), recall {recall:.5f} "
          f"(estimated {facts.recall:.5f})")
    assert precision >= 0.995, precision
    assert recall >= 0.99, recall
    assert abs(facts.precision - precision) < 0.02, "the estimate of precision is far off"


main()
