"""What of this machine a box may read, from one table of importable names: the same for every level.

    Reach ─ entries: files and folders to read ─┬─▶ the private root binds them, and nothing else
          ─ folders: listed, not read           ├─▶ Landlock grants them
          ─ names: top-level modules            └─▶ the box's importer finds them

The standard library is taken entry by entry, since installed packages often lie in a folder of it.
"""

import os
import sys
import sysconfig
from dataclasses import dataclass

from grader.sandbox.job import Framework

PACKAGES: dict[Framework, tuple[str, ...]] = {
    "numpy": ("numpy", "numpy.libs", "scipy", "scipy.libs"),
    "torch": (
        *("numpy", "numpy.libs", "scipy", "scipy.libs"),
        *("torch", "torch.libs", "torchgen", "functorch", "nvidia", "triton"),
        *("sympy", "mpmath", "networkx", "jinja2", "markupsafe", "filelock", "fsspec"),
        *("typing_extensions.py", "typing_extensions", "packaging"),
    ),
}
"""Entries of a folder of installed packages that an assignment of this framework may import."""

DEVICES = ("/dev/null", "/dev/urandom")
LINKER_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")


@dataclass(frozen=True)
class Reach:
    """The readable entries, the folders that may only be listed, and the importable names."""

    entries: tuple[str, ...]
    folders: tuple[str, ...]
    names: frozenset[str]


def importable(framework: Framework) -> frozenset[str]:
    """The top-level modules that a submission may import, its own and the teacher's aside."""
    packages = {name.removesuffix(".py") for name in PACKAGES[framework]}
    return frozenset(sys.stdlib_module_names | packages | {"__main__"})


def package_folders() -> tuple[str, ...]:
    """The folders of installed packages on the import path."""
    stdlib = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    dynload = {os.path.join(folder, "lib-dynload") for folder in stdlib}
    return tuple(
        folder for folder in sys.path if os.path.isdir(folder) and folder not in stdlib and folder not in dynload
    )


def import_path(framework: Framework) -> list[str]:
    """The folders that a box imports from: the standard library and those that hold an allowed package."""
    packages = package_folders()
    holding = {folder for folder in packages if _allowed_in(folder, framework)}
    there = [folder for folder in sys.path if folder and os.path.exists(folder)]
    return [folder for folder in there if folder not in packages or folder in holding]


def survey(framework: Framework) -> Reach:
    """What a box needs to read, after numpy (and torch) were imported: then their libraries show in the maps."""
    packages = package_folders()
    stdlib = [folder for folder in sys.path if os.path.isdir(folder) and folder not in packages]
    entries: list[str] = []
    for folder in stdlib:
        entries += _entries_without(folder, packages, stdlib)
    for folder in packages:
        entries += _allowed_in(folder, framework)
    entries += _library_folders(entries)
    entries += [path for path in (*DEVICES, *LINKER_FILES) if os.path.exists(path)]
    folders = [*stdlib, *(folder for folder in packages if _allowed_in(folder, framework))]
    return Reach(tuple(dict.fromkeys(entries)), tuple(dict.fromkeys(folders)), importable(framework))


def _entries_without(folder: str, packages: tuple[str, ...], stdlib: list[str]) -> list[str]:
    """The entries of a folder of the standard library, but no folder of packages."""
    closed = {os.path.realpath(package) for package in packages}
    found = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        real = os.path.realpath(path)
        if name in ("site-packages", "dist-packages") or path in stdlib:
            continue
        if not any(package == real or package.startswith(real + os.sep) for package in closed):
            found.append(path)
    return found


def _allowed_in(folder: str, framework: Framework) -> list[str]:
    paths = (os.path.join(folder, name) for name in PACKAGES[framework])
    return [path for path in paths if os.path.exists(path)]


def _library_folders(entries: list[str]) -> list[str]:
    """Folders of the shared libraries in use that lie outside `entries`, as the system's own do.

    A single file stands for a library that lies among things of other kinds (the interpreter's own `lib`).
    """
    found: dict[str, None] = {}
    python_lib = os.path.realpath(os.path.join(sys.base_prefix, "lib"))
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        paths = {line.split(None, 5)[5].rstrip("\n") for line in maps if line.count("/") > 0}
    for path in sorted(paths):
        if not path.startswith("/") or ".so" not in os.path.basename(path):
            continue
        folder = os.path.dirname(path)
        if any(path == entry or path.startswith(entry + os.sep) for entry in map(os.path.realpath, entries)):
            continue
        system = folder.startswith(("/lib", "/usr/lib")) and folder != python_lib and folder != "/usr/lib"
        found[folder if system else path] = None
    return list(found)
