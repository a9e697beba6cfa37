"""Files and folders without any system: a file is a learner's, a folder holds a file or a folder for each learner.

    alice.py, alice.ipynb, alice.zip     a learner
    bob/...                              a learner with several modules, or with none

What is neither Python nor a notebook nor a zip is passed over.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from grader.intake.gather import OTHER_ARCHIVES, WORK, gathered
from grader.intake.listing import Item, Listing, problem
from grader.intake.submission import HandedFile, HandedIn

NAME = "files"


def learners(listing: Listing) -> Iterator[HandedIn]:
    """The learners at the top of a listing, by name."""
    folders = listing.by_top()
    files = {item.path: item for item in listing.items if "/" not in item.path}
    for name in listing.tops():
        if name in folders:
            yield of_folder(name, folders[name])
        elif files[name].linked_folder:
            yield HandedIn(name, (), problem("not_text", f"{name}/", "is a link"))
        elif files[name].suffix in (*WORK, *OTHER_ARCHIVES):
            yield of_file(files[name])


def unwrapped(listing: Listing, stem: str) -> Listing:
    """An archive's content without the folder that was packed, if that is what its one folder is."""
    folder = listing.only_folder()
    if folder is None:
        return listing
    inside = listing.within(folder)
    only_folders = bool(inside.folders) and not any("/" not in item.path for item in inside.items)
    return inside if folder == stem or only_folders else listing


def of_folder(name: str, listing: Listing) -> HandedIn:
    """A learner with everything in a folder."""
    found = gathered(((f"{name}/{item.path}", item) for item in listing.items), f"{name}/")
    return HandedIn(name, found.files, found.error, found.left_out)


def of_file(item: Item) -> HandedIn:
    """A learner with one file, whatever its ending."""
    stem = PurePosixPath(item.path).stem
    path = f"{stem}/{item.path}" if item.suffix == ".zip" else item.path
    found = gathered([(path, item)], item.path, any_ending=True)
    # The name is said also where nothing of the file can be read.
    return HandedIn(stem, found.files or (HandedFile(item.path, b""),), found.error, found.left_out)
