"""No two source files define the same global symbol: rooms are static libraries, and a linker takes the
first one it meets without a word.

    symbols.py FOLDER      every lib*.a below it"""

import os
import subprocess
import sys

libraries = [os.path.join(at, name) for at, _, names in os.walk(sys.argv[1]) for name in names
             if name.startswith("libmln_") and name.endswith(".a")]
assert len(libraries) > 5, f"no libraries below {sys.argv[1]}"
listed = subprocess.run(["nm", "-A", "-g", "--defined-only", *libraries], stdout=subprocess.PIPE,
                        check=True).stdout.decode()
defined = {}
for words in map(str.split, listed.splitlines()):
    if len(words) != 3:  # the name of an archive, of an object without symbols
        continue
    place, kind, name = words  # path/lib.a:file.c.o:value, the letter of its kind, the symbol
    if kind in "TDBRC":
        defined.setdefault(name, set()).add(os.path.basename(place.rsplit(":", 1)[0]))
doubled = [f"{name}: {', '.join(sorted(where))}" for name, where in sorted(defined.items()) if len(where) > 1]
assert len(defined) > 500, "too few symbols"
assert not doubled, "defined more than once:\n" + "\n".join(doubled)
