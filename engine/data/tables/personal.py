"""A guess whether a column says who people are, so that a person is asked before it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from engine.data.tables import Kind

SHARE = 0.5
"""of the cells that must look like it"""
NAMES_SHARE = 0.8

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?\(?\d[\d ()/.\-]{5,22}\d")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_PERSON = re.compile(r"(?:[^\W\d_][\w'\u2019.\-]*,? ){1,3}[^\W\d_][\w'\u2019.\-]*")

_CALLED = {
    "e-mail addresses": {"email", "mail", "emails"},
    "phone numbers": {"phone", "telephone", "tel", "mobile", "cell", "fax", "telefon", "handy"},
    "names": {
        *("firstname", "lastname", "surname", "forename", "fullname", "middlename"),
        *("vorname", "nachname", "familienname", "prenom", "apellido", "nombre"),
    },
}
_BEFORE_NAME = {"first", "last", "full", "given", "family", "middle", "customer", "person"}
_BEFORE_NAME |= {"patient", "employee", "contact", "user", "client", "member", "student"}


def looks_personal(name: str, kind: Kind, cells: Sequence[str]) -> str:
    """`e-mail addresses`, `phone numbers` or `names`, by the column's name or the texts in it;
    empty for anything else. It is a hint and may be wrong both ways.
    """
    if kind in ("boolean", "date", "number"):
        return ""
    texts = [cell.strip() for cell in cells if cell.strip()]
    return _by_name(name, kind) or _by_content(texts)


def _by_name(name: str, kind: Kind) -> str:
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    for what, called in _CALLED.items():
        if called & set(words) and (kind == "text" or what == "phone numbers"):
            return what
    if (
        kind == "text"
        and words[-1:] == ["name"]
        and (words == ["name"] or words[-2] in _BEFORE_NAME)
    ):
        return "names"
    return ""


def _by_content(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    if _share(texts, lambda each: _EMAIL.fullmatch(each) is not None) >= SHARE:
        return "e-mail addresses"
    if _share(texts, _is_phone) >= SHARE:
        return "phone numbers"
    if len(set(texts)) > len(texts) / 2 and _share(texts, _is_person) >= NAMES_SHARE:
        return "names"
    return ""


def _share(texts: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, texts)) / len(texts)


def _is_phone(text: str) -> bool:
    """Digits alone may be anything: a phone number has a plus, brackets or gaps between them."""
    digits = sum(each.isdigit() for each in text)
    spoken = text.startswith(("+", "(", "0")) and digits < len(text)
    return (
        spoken and 7 <= digits <= 15 and bool(_PHONE.fullmatch(text)) and not _DATE.fullmatch(text)
    )


def _is_person(text: str) -> bool:
    """Two to four words that all begin with a capital letter."""
    if not _PERSON.fullmatch(text):
        return False
    return all(word[0].isupper() for word in text.split())
