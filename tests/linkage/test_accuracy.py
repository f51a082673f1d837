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


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char * 1024)]


class Facts(ctypes.Structure):
    _fields_ = [("candidates", ctypes.c_uint64), ("links", ctypes.c_uint64), ("clusters", ctypes.c_uint64),
                ("threshold", ctypes.c_double), ("precision", ctypes.c_double), ("recall", ctypes.c_double)]


class Link(ctypes.Structure):
    _fields_ = [("left", ctypes.c_uint64), ("right", ctypes.c_uint64), ("weight", ctypes.c_double),
                ("probability", ctypes.c_double)]


def link(library, model, sides):
    error, facts, linker = Error(), Facts(), ctypes.c_void_p()

    def check(code):
        assert code == 0, error.message.decode()

    library.mln_linker_column.restype = ctypes.c_char_p
    library.mln_linker_links.restype = ctypes.c_size_t
    text = model.encode()
    check(library.mln_linker_new(b"link.yaml", text, ctypes.c_size_t(len(text)), ctypes.byref(linker),
                                 ctypes.byref(error)))
    for side, rows in enumerate(sides):
        places = []
        while (name := library.mln_linker_column(linker, side, ctypes.c_size_t(len(places)))) is not None:
            places.append(people.COLUMNS.split(",").index(name.decode()))
        cells = [row[p].encode() for row in rows for p in places]
        check(library.mln_linker_add_rows(linker, side, (ctypes.c_char_p * len(cells))(*cells),
                                          ctypes.c_size_t(len(rows)), ctypes.byref(error)))
    check(library.mln_linker_run(linker, ctypes.c_size_t(2), ctypes.byref(facts), ctypes.byref(error)))
    links = (Link * facts.links)()
    assert library.mln_linker_links(linker, links, ctypes.c_size_t(facts.links)) == facts.links
    library.mln_linker_free(linker)
    return [(one.left, one.right) for one in links], facts


def main():
    library = ctypes.CDLL(sys.argv[1])
    model = open(os.path.join(HERE, "link.yaml"), encoding="utf-8").read()
    left, right = people.files(3000, 11)
    copies = {i for i in range(3000) if sum(a == b for a, b in zip(left[i][1:], right[i][1:])) >= 2}
    assert 1900 < len(copies) < 2300, len(copies)
    right = right[::-1]  # row i of the left is row 2999 - i of the right
    links, facts = link(library, model, (left, right))
    true = sum(a == 2999 - b and a in copies for a, b in links)
    precision, recall = true / len(links), true / len(copies)
    print(f"links {len(links)}, precision {precision:.5f} (estimated {facts.precision:.5f}), recall {recall:.5f} "
          f"(estimated {facts.recall:.5f})")
    assert precision >= 0.995, precision
    assert recall >= 0.99, recall
    assert abs(facts.precision - precision) < 0.02, "the estimate of precision is far off"


main()
