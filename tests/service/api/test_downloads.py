"""A file is saved under its name, whatever that is."""

import pytest

from grader.service.api.downloads import download


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("s.py", "attachment; filename=\"s.py\"; filename*=UTF-8''s.py"),
        ('a"b\\c%41.py', "attachment; filename=\"a_b_c_41.py\"; filename*=UTF-8''a%22b%5Cc%2541.py"),
        ("作业.py", "attachment; filename=\"__.py\"; filename*=UTF-8''%E4%BD%9C%E4%B8%9A.py"),
        ("a\r\nSet-Cookie: x", "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"),
    ],
)
def test_download_name_stands_in_one_header(name: str, expected: str) -> None:
    """Quotes, percents and line ends mean nothing there."""
    assert download(b"", name, "text/plain").headers["Content-Disposition"] == expected
