"""Styles and scripts, as a browser keeps them."""

from importlib.resources import files

from grader.service import pages
from grader.service.pages import static_files
from tests.service.pages.conftest import Visitor


def test_file_with_its_fingerprint_is_kept_for_ever(nobody: Visitor) -> None:
    """With another one, or none, it is asked for again."""
    address = static_files.address("pages.css")
    answer = nobody.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "set-cookie" not in answer.headers
    for other in ("/static/pages.css", "/static/pages.css?v=0"):
        again = nobody.get(other)
        assert again.headers["Cache-Control"] == "no-cache"
        assert again.headers["ETag"] == answer.headers["ETag"]
    assert nobody.get("/static/pages.css", If_None_Match=answer.headers["ETag"]).status_code == 304


def test_only_our_files_are_served(nobody: Visitor) -> None:
    """No way leads out of the folder."""
    for name in ("nothing.css", "../rendering.py", "..%2Frendering.py", "%2e%2e/rendering.py", "/etc/passwd"):
        assert nobody.get(f"/static/{name}").status_code == 404


def test_scripts_are_ours_or_have_their_licence_beside_them() -> None:
    """And nothing in them is from elsewhere."""
    folder = files(pages).joinpath("static")
    assert folder.joinpath("htmx.LICENSE.txt").is_file()
    for file in folder.iterdir():
        if file.name.endswith(".js") and "htmx" not in file.name:
            text = file.read_text(encoding="utf-8")
            assert text.startswith('"use strict";\n// ')
            assert "http" not in text
            assert "innerHTML" not in text
