"""Recognisable identifiers are planted in the extracts, then searched in every byte that a run writes
anywhere: results, encrypted files, rejects, temporary and spilled files, what is said. None is there."""

import datetime
import os
import struct
import subprocess
import threading
import time

from project import Place, call, files, make, manifest, program

UNIT, NUMBER, CSNS = "ZQXJ7K", "817364", "c0ffee0ddba11f0e"
AFFAIRE, IDJ, PARQUET = "97531864209", "QZ8675309JX", "81364975310"
BORN = datetime.date(1911, 3, 7)
NAME = "DUPONT-CANARI Zébulon"
BAD = "CANARIRANG"


def encodings():
    """Each canary in the forms it could be written in."""
    texts = [UNIT, NUMBER, CSNS, AFFAIRE, IDJ, PARQUET, NAME, "CANARI", BAD]
    texts += [BORN.strftime(f) for f in ("%d/%m/%Y", "%Y-%m-%d", "%Y%m%d", "%d%m%Y", "%Y/%m/%d")]
    found = {}
    for text in texts:
        for form in {text, text.lower(), text.upper()}:
            for encoding in ("utf-8", "cp1252", "utf-16-le", "utf-32-le"):
                found[form.encode(encoding)] = f"{text} as {encoding}"
        found[text.encode().hex().encode()] = f"{text} in hexadecimal"
    days = (BORN - datetime.date(1970, 1, 1)).days
    found[struct.pack("<ii", days, days)] = "two birth dates as days"
    found[struct.pack("<qq", days * 86400000000, days * 86400000000)] = "two birth dates as microseconds"
    found[struct.pack("<qq", int(AFFAIRE), int(AFFAIRE))] = "two affaire_id as integers"
    return found


def search(paths, forms):
    hits = []
    for name, path in sorted(paths.items()):
        data = open(path, "rb").read()
        hits += [f"{name}: {what}" for form, what in forms.items() if form in data]
    return hits


def edit(folder, name, change):
    """Rows of one extract as lists of cells; change(row, columns, number) edits them in place."""
    path = os.path.join(folder, "data", name + ".csv")
    lines = open(path, "rb").read().decode("cp1252" if "affaire" in name or name in (
        "correspondance", "evenement") else "utf-8")
    encoding = "cp1252" if "\r\n" in lines else "utf-8"
    end = "\r\n" if "\r\n" in lines else "\n"
    head, *rows = lines.split(end)[:-1]
    columns = {c: i for i, c in enumerate(head.split(";"))}
    out = [head]
    for n, row in enumerate(rows):
        cells = row.split(";")
        if len(cells) == len(columns):
            change(cells, columns, n)
        out.append(";".join(cells))
    open(path, "wb").write((end.join(out) + end).encode(encoding))


def replace(folder, column, old, new):
    """A value of a column in all extracts that have it; how often."""
    times = 0

    def change(cells, columns, _):
        nonlocal times
        if column in columns and cells[columns[column]] == old:
            cells[columns[column]] = new
            times += 1

    for name in os.listdir(os.path.join(folder, "data")):
        if name.endswith(".csv"):
            edit(folder, name[:-4], change)
    assert times > 0, f"no {column} to replace"
    return times


def first_of(folder, name, wanted):
    """The first row of an extract that `wanted` accepts, as a dictionary."""
    found = []

    def look(cells, columns, _):
        row = {c: cells[i] for c, i in columns.items()}
        if not found and wanted(row):
            found.append(row)

    edit(folder, name, look)
    return found[0]


def plant(folder):
    tie = first_of(folder, "correspondance", lambda r: r["code_unite"] and r["idj_pv"])
    replace(folder, "code_unite", tie["code_unite"], UNIT)
    replace(folder, "numero", tie["numero"], NUMBER)
    replace(folder, "affaire_id", tie["affaire_id"], AFFAIRE)
    replace(folder, "idj_pv", tie["idj_pv"], IDJ)
    person = first_of(folder, "affaire_personne", lambda r: r["csns"])
    replace(folder, "csns", person["csns"], CSNS)
    parquet = first_of(folder, "affaire_parquet", lambda r: r["numero_parquet"])
    replace(folder, "numero_parquet", parquet["numero_parquet"], PARQUET)

    def births(cells, columns, n):
        if n % 3 == 0 and cells[columns["nature"]] == "physique":
            cells[columns["date_naissance"]] = BORN.strftime("%d/%m/%Y")
        if n == 50:
            cells[columns["rang"]] = BAD
        if n == 51:
            cells[columns["date_naissance"]] = "31/02/1911 CANARI"

    edit(folder, "proc_personne", births)
    edit(folder, "affaire_personne", births)

    def names(cells, columns, n):
        if cells[columns["reference_pv"]] and n % 5 == 0:
            cells[columns["reference_pv"]] = f'"PV {UNIT} 2021/{NUMBER} {NAME}"'

    edit(folder, "correspondance", names)


class Watch:
    """Keeps, by a second name, every file that appears below a folder, also those removed later."""

    def __init__(self, roots, keep):
        self.roots, self.keep, self.seen, self.ended = roots, keep, {}, False
        os.mkdir(keep)
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def look(self):
        for root in self.roots:
            for name, path in files(root).items():
                try:
                    inode = os.stat(path).st_ino
                    if inode not in self.seen:
                        os.link(path, os.path.join(self.keep, str(len(self.seen))))
                        self.seen[inode] = name
                except OSError:
                    pass  # gone between the two

    def loop(self):
        while not self.ended:
            self.look()
            time.sleep(0.002)

    def stop(self):
        self.ended = True
        self.thread.join()
        self.look()


with Place() as place:
    folder = make(place)
    plant(folder)
    forms = encodings()
    for name in ("home", "tmp", "cwd"):
        os.mkdir(place / name)

    # the search finds what is there: texts in the extracts, the rest in a file made for it
    planted = search(files(os.path.join(folder, "data")), forms)
    for text in (UNIT, NUMBER, CSNS, AFFAIRE, IDJ, PARQUET, NAME, BAD, "07/03/1911"):
        assert any(f"{text} as" in hit for hit in planted), f"{text} is not in the extracts"
    with open(place / "control", "wb") as f:
        f.write(b"-".join(forms))
    assert len(search({"control": place / "control"}, forms)) == len(forms)

    watch = Watch([os.path.join(folder, "work"), place / "tmp", place / "home", place / "cwd"],
                  place / "kept")
    done = subprocess.run([program(), "run", os.path.join(folder, "project.yaml"), "--verbose",
                           "--memory", "256MiB"], cwd=place / "cwd", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, HOME=place / "home", TMPDIR=place / "tmp"))
    watch.stop()
    said = done.stdout
    open(place / "said", "wb").write(said)
    assert done.returncode == 0, said.decode()
    call("eval", os.path.join(folder, "project.yaml"), "--truth",
         os.path.join(folder, "data", "truth"), expect=None)

    written = {f"kept/{watch.seen[i]}": os.path.join(place / "kept", str(n))
               for n, i in enumerate(watch.seen)}
    written.update({f"work/{n}": p for n, p in files(os.path.join(folder, "work")).items()})
    written.update({f"out/{n}": p for n, p in files(os.path.join(folder, "out")).items()})
    written["what was said"] = place / "said"
    for key in files(os.path.join(folder, "keys")).values():  # nor is a key
        secret = open(key, encoding="ascii").read().split("key: ")[1].strip()
        forms[secret.encode()] = "a key in hexadecimal"
        forms[bytes.fromhex(secret)] = "a key"
    hits = search(written, forms)
    assert not hits, "\n".join(hits)
    for name in ("home", "tmp", "cwd"):
        assert not files(place / name), f"files are left in {name}: {list(files(place / name))}"

    # and the rows were really used: only the planted bad cells are new rejects
    counts = {c["what"]: c for c in manifest(folder)["stages"][0]["counts"]}
    rejects = open(os.path.join(folder, "work", "ingest", "rejets.csv"), encoding="utf-8").read()
    assert rejects.count("proc_personne.csv") == counts["proc_personne"]["rejected"]
    assert "date_naissance" in rejects and "rang" in rejects, rejects
    print(f"{len(written)} files, {sum(os.path.getsize(p) for p in written.values())} bytes searched "
          f"for {len(forms)} forms")
