"""The same bytes for any number of threads, any order of rows in the extracts, any place."""

import csv
import os
import shutil

from project import Place, call, digests, differences, drawn, files, make, manifest, published, run, twin


def shuffle(path, rng):
    lines = open(path, "rb").read().splitlines(keepends=True)
    rows = lines[1:]
    rng.shuffle(rows)
    open(path, "wb").write(b"".join(lines[:1] + rows))


def tables(folder):
    """Every cell of the published CSV, without the ends of bands."""
    found = {}
    for name, path in files(os.path.join(folder, "out", "tables")).items():
        if name.endswith(".csv"):
            with open(path, encoding="utf-8", newline="") as f:
                found[name] = [{column: cell for column, cell in row.items()
                                if not column.startswith(("part_bas", "part_haut"))}
                               for row in csv.DictReader(f)]
    return found


def without_sources(m):
    for source in m["inputs"]["sources"]:
        del source["blake2b_256"]
    return m


with Place() as place:
    rng = drawn()
    folder = make(place)
    run(folder, "--threads", 1)
    reference = published(folder)
    for threads in (2, 8):
        copy = twin(folder, f"threads{threads}")
        run(copy, "--threads", threads, "--memory", "512MiB" if threads == 2 else "2GiB")
        assert published(copy) == reference, (threads, differences(published(copy), reference))

    # Pseudonyms order the rows of the base, and no choice hangs on them: with other keys the same links
    # and tables, but for the ends of bands, whose draws are numbered by pseudonym.
    copy = twin(folder, "keyed")
    shutil.rmtree(os.path.join(copy, "keys"))
    call("key", "new", os.path.join(copy, "keys"))
    run(copy)
    other, expected = tables(copy), tables(folder)
    assert len(expected) > 20 and other == expected, differences(other, expected)
    assert manifest(copy)["stages"][:4] == manifest(folder)["stages"][:4]  # ingest, link-chain, chain, study

    copy = twin(folder, "shuffled")
    for name in sorted(os.listdir(os.path.join(copy, "data"))):
        if name.endswith(".csv"):
            shuffle(os.path.join(copy, "data", name), rng)
    assert digests(os.path.join(copy, "data")) != digests(os.path.join(folder, "data"))
    run(copy)
    other = digests(os.path.join(copy, "out"))
    expected = digests(os.path.join(folder, "out"))
    for found in (other, expected):
        del found["manifest.json"]
    assert other == expected, differences(other, expected)
    for where in ("work", "out"):
        assert without_sources(manifest(copy, where)) == without_sources(manifest(folder, where))
