"""In which language a page speaks."""

from tests.service.pages.conftest import Visitor

WISHES = {
    "": "en",
    "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN",
    "zh-TW": "zh-CN",
    "de,zh;q=0.5,en;q=0.7": "en",
    "en;q=0.1, zh;q=0.2": "zh-CN",
    "zh;q=0, en": "en",
    "de": "en",
    "zh;q=x,,;;": "en",
    "x" * 10_000: "en",
}


def test_browsers_wish_is_followed(nobody: Visitor) -> None:
    """By its weights; what makes no sense is passed over."""
    for header, language in WISHES.items():
        answer = nobody.get("/sign-in", Accept_Language=header)
        assert answer.headers["Content-Language"] == language, header
        assert f'<html lang="{language}">' in answer.text


def test_language_that_was_asked_for_is_remembered(nobody: Visitor) -> None:
    """Whatever the browser wishes; one that is none is not."""
    assert "请登录" in nobody.page("/sign-in?lang=zh-CN")
    assert "请登录" in nobody.page("/sign-in")
    assert "请登录" in nobody.page("/sign-in?lang=tlh")
    assert "Please sign in" in nobody.page("/sign-in?lang=en")


def test_switch_keeps_what_is_in_the_address(nobody: Visitor) -> None:
    """The other language is a link, this one is not."""
    page = nobody.page("/sign-in?done=signed-out&lang=en")
    assert '<a href="?done=signed-out&amp;lang=zh-CN" lang="zh-CN" hreflang="zh-CN" rel="nofollow">中文</a>' in page
    assert '<span lang="en" aria-current="true">English</span>' in page
