"""The same bytes for any number of threads, any order of rows in the extracts, any place."""

import os

from project import Place, call, digests, differences, drawn, make, manifest, published, run, twin


def shuffle(path, rng):
    lines = open(path, "rb").read().splitlines(keepends=True)
    rows = lines[1:]
    rng.shuffle(rows)
    open(path, "wb").write(b"".join(lines[:1] + rows))


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
