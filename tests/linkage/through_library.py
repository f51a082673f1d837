"""Linkage through the public C API of the shared library, as another language would call it."""
import ctypes


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char * 1024)]


class Facts(ctypes.Structure):
    _fields_ = [("candidates", ctypes.c_uint64), ("links", ctypes.c_uint64), ("clusters", ctypes.c_uint64),
                ("threshold", ctypes.c_double), ("precision", ctypes.c_double), ("recall", ctypes.c_double)]


class Link(ctypes.Structure):
    _fields_ = [("left", ctypes.c_uint64), ("right", ctypes.c_uint64), ("weight", ctypes.c_double),
                ("probability", ctypes.c_double)]


def link(library, model, columns, sides):
    """(left row, right row) of each link, and the facts of the run. `columns`: names of the cells of a row; sides: lists of rows."""
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
            places.append(columns.index(name.decode()))
        cells = [row[p].encode() for row in rows for p in places]
        check(library.mln_linker_add_rows(linker, side, (ctypes.c_char_p * len(cells))(*cells),
                                          ctypes.c_size_t(len(rows)), ctypes.byref(error)))
    check(library.mln_linker_run(linker, ctypes.c_size_t(2), ctypes.byref(facts), ctypes.byref(error)))
    links = (Link * facts.links)()
    assert library.mln_linker_links(linker, links, ctypes.c_size_t(facts.links)) == facts.links
    library.mln_linker_free(linker)
    return [(one.left, one.right) for one in links], facts
