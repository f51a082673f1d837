"""Extracts whose rows are each right and whose whole is monstrous: endless chains and rings of ties, a
million acts on one affaire, a hundred thousand persons in one procedure, nothing at all. The whole job
ends, in work that grows with the rows, or says what is wrong with status 2 and leaves no result.

    MAILLON_HOSTILE=name    only the cases whose name holds this word"""

import os
import resource
import shutil
import time

from project import Place, call, leftovers, make, run, twin

MEMORY = 4 << 30  # bytes of data and stacks that the program may have: far more than any case needs


class Extract:
    """The ten files of a project, to be added to or emptied."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "data")
        self.heads = {}
        for name in os.listdir(self.folder):
            if name.endswith(".csv"):
                with open(os.path.join(self.folder, name), "rb") as f:
                    self.heads[name[:-4]] = f.readline().decode().strip().split(";")

    def path(self, table):
        return os.path.join(self.folder, table + ".csv")

    def add(self, table, rows):
        """Rows are dicts; what they do not say is empty."""
        head = self.heads[table]
        with open(self.path(table), "a", encoding="ascii") as f:
            f.writelines(";".join(str(row.get(column, "")) for column in head) + "\n" for row in rows)

    def keep(self, table, n):
        """The head and the first n rows."""
        with open(self.path(table), "rb") as f:
            lines = [line for _, line in zip(range(n + 1), f)]
        with open(self.path(table), "wb") as f:
            f.writelines(lines)

    def each(self, table, change):
        """Every row through change(dict)."""
        with open(self.path(table), encoding="latin-1") as f:
            rows = [line.rstrip("\n").split(";") for line in f][1:]
        self.keep(table, 0)
        head = self.heads[table]
        with open(self.path(table), "a", encoding="latin-1") as f:
            for cells in rows:
                row = dict(zip(head, cells))
                change(row)
                f.write(";".join(row[column] for column in head) + "\n")


def key(n):
    return {"force": "GN", "code_unite": "31999", "numero": f"{n:06d}", "annee": 2021}


def birth(i):
    return f"{i % 28 + 1:02d}/{i // 28 % 12 + 1:02d}/{1940 + i // 336 % 60}"


def procedures(x, n, persons=1, born=birth):
    """n procedures of the field, each with `persons` victims and authors, born on the day of its number."""
    x.add("procedure", (dict(key(i), date_enregistrement="15/03/2021", date_faits_debut="14/03/2021",
                             commune_faits="31555", date_transmission="20/03/2021",
                             juridiction_destinataire="tj31555", nb_mis_en_cause=1,
                             nb_victimes=1) for i in range(n)))
    x.add("proc_infraction", (dict(key(i), rang=1, natinf="20730", tentative=0,
                                   date_debut="14/03/2021", commune="31555") for i in range(n)))
    x.add("proc_personne", (dict(key(i), rang=2 * k + side + 1, role=("victime", "mis_en_cause")[side],
                                 nature="physique", date_naissance=born(i), sexe="FM"[side])
                            for i in range(n) for k in range(persons) for side in (0, 1)))


def affaires(x, n, persons=1, linked=True, born=birth):
    """n affaires, each of the procedure of its number when linked."""
    x.add("affaire", (dict(affaire_id=f"H{i}", nataff="A23", date_arrivee="22/03/2021",
                           date_enregistrement="23/03/2021", origine="GN", juridiction="tj31555",
                           nb_mis_en_cause=1, nb_victimes=1) for i in range(n)))
    x.add("affaire_infraction", (dict(affaire_id=f"H{i}", rang=1, etat="initiale", natinf="20730",
                                      classe="delit", date_debut="14/03/2021", commune="31555")
                                 for i in range(n)))
    x.add("affaire_personne", (dict(affaire_id=f"H{i}", rang=2 * k + side + 1,
                                    role=("victime", "mis_en_cause")[side], nature="physique",
                                    date_naissance=born(i), sexe="FM"[side])
                               for i in range(n) for k in range(persons) for side in (0, 1)))
    if linked:
        x.add("correspondance", (dict(key(i), affaire_id=f"H{i}", rang=1, type_creation="flux")
                                 for i in range(n)))


def ties(x, kind, pairs):
    x.add("lien_affaire", (dict(affaire_id=f"H{a}", affaire_cible_id=f"H{b}", type=kind,
                                date="01/06/2021", juridiction="tj31555", juridiction_cible="tj31555")
                           for a, b in pairs))


def acts(x, affaire, n, day="01/07/2021"):
    x.add("evenement", (dict(affaire_id=f"H{affaire}", rang=i + 1, rang_auteur=2, type="orientation",
                             date=day, code="57", natinf="20730") for i in range(n)))


# ── cases ──

def a_long_chain(x):
    """Every affaire, with its procedure, is joined to the next one: all end in the last."""
    procedures(x, 100000)
    affaires(x, 100000)
    ties(x, "jonction", ((i, i + 1) for i in range(99999)))
    acts(x, 99999, 3)


def a_long_chain_of_transmissions(x):
    procedures(x, 1)
    affaires(x, 20000, linked=False)
    x.add("correspondance", [dict(key(0), affaire_id="H0", rang=1, type_creation="flux")])
    ties(x, "transmission", ((i, i + 1) for i in range(19999)))
    acts(x, 19999, 3)


def a_long_ring(x):
    """No affaire of a ring is more its host than another: each would have twenty thousand."""
    procedures(x, 1)
    affaires(x, 20000, linked=False)
    ties(x, "jonction", ((i, (i + 1) % 20000) for i in range(20000)))


def a_chain_of_splits(x):
    procedures(x, 1)
    affaires(x, 20000, linked=False)
    ties(x, "disjonction", ((i, i + 1) for i in range(19999)))


def rings_through_all_kinds(x):
    """Rings of three through a jonction, a disjonction and a transmission, tied to one another, doubled,
    and ties of affaires to themselves."""
    procedures(x, 3000)
    affaires(x, 3000)
    for n, kind in enumerate(("jonction", "disjonction", "transmission")):
        ties(x, kind, ((3 * i + n, 3 * i + (n + 1) % 3) for i in range(1000)))
        ties(x, kind, ((3 * i + n, 3 * i + (n + 1) % 3) for i in range(10)))
        ties(x, kind, ((i, i) for i in range(n, 3000, 100)))
    ties(x, "disjonction", ((3 * i, 3 * i + 3) for i in range(0, 900, 9)))
    for i in range(0, 3000, 7):
        acts(x, i, 2)


def a_million_acts(x):
    """On one affaire, on the same day, of one author."""
    procedures(x, 1)
    affaires(x, 1)
    acts(x, 0, 1000000)


def acts_of_many_procedures(x):
    """The acts of a host belong to the history of every procedure that ended there."""
    procedures(x, 20000)
    affaires(x, 20000)
    ties(x, "jonction", ((i, 0) for i in range(1, 20000)))
    acts(x, 0, 20000)


def no_act(x):
    x.keep("evenement", 0)


def all_censored(x):
    """Everything Justice did lies after the observation date."""
    def later(row):
        row["date"] = "15/01/2025"
    x.each("evenement", later)


def many_persons(x):
    """Born the same day, on both sides of one link."""
    procedures(x, 1, persons=50000)
    affaires(x, 1, persons=50000)
    acts(x, 0, 3)


def all_alike(x):
    """Every person of every affaire, linked or not, may be the one of every procedure."""
    procedures(x, 20000, born=lambda i: "01/01/1985")
    affaires(x, 20000, linked=False, born=lambda i: "01/01/1985")
    x.add("correspondance", (dict(key(i), affaire_id=f"H{i}", rang=1, type_creation="flux")
                             for i in range(10000)))
    x.each("affaire_personne", lambda row: row.update(csns=row["csns"] or "0000000000000000"))
    x.each("proc_personne", lambda row: row.update(csns=row["csns"] or "0000000000000000"))


def one_unit(x):
    procedures(x, 100000)


def one_key(x):
    """All procedures with one key: all but the first are rejected."""
    def same(row):
        row.update((column, str(value)) for column, value in key(1).items())
    x.each("procedure", same)


def nothing(x):
    for table in x.heads:
        x.keep(table, 0)


def one_procedure(x):
    for table in x.heads:
        x.keep(table, 0)
    procedures(x, 1)


def one_of_each(x):
    for table in x.heads:
        x.keep(table, 0)
    procedures(x, 1)
    affaires(x, 1)
    acts(x, 0, 1)


# the case, its status, what stderr must say
CASES = [
    (a_long_chain, 0, ""),
    (a_long_chain_of_transmissions, 0, ""),
    (a_long_ring, 2, "lien_affaire: the ties lead to more than"),
    (a_chain_of_splits, 2, "lien_affaire: the ties lead to more than"),
    (rings_through_all_kinds, 0, ""),
    (a_million_acts, 0, ""),
    (acts_of_many_procedures, 2, "evenement: the acts of single affaires"),
    (no_act, 0, ""),
    (all_censored, 0, ""),
    (many_persons, 0, ""),
    (all_alike, 0, ""),
    (one_unit, 0, ""),
    (one_key, 2, "procedure"),
    (nothing, 0, ""),
    (one_procedure, 0, ""),
    (one_of_each, 0, ""),
]


def limited():
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


failed = []
with Place() as place:
    original = make(place, procedures=300)
    for case, status, said in CASES:
        if os.environ.get("MAILLON_HOSTILE", "") not in case.__name__:
            continue
        copy = twin(original, case.__name__)
        case(Extract(copy))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        done = run(copy, "--memory=1GiB", expect=None, preexec_fn=limited)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{case.__name__}: status {done.code}, {time.monotonic() - begin:.1f} s, processor "
              f"{after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} s, "
              f"peak so far {after.ru_maxrss / 1024:.0f} MiB: {done.err.strip().splitlines()[-1][:200]}", flush=True)
        if done.code != status or said not in done.err or leftovers(copy) or (
                done.code == 0 and not os.path.exists(os.path.join(copy, "out", "report.html"))):
            failed.append(f"{case.__name__}: expected status {status} and '{said}': {done}")
        shutil.rmtree(copy)
assert not failed, "\n\n".join(failed)
