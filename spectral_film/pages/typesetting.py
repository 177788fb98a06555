"""Sentences as a printer sets them, from what a keyboard has.

Methods, labels and units are written once, in plain characters, for pages, records and terminals
alike. Here they become what a reader of a page expects: a minus is no hyphen, `um` is µm, a number
and its unit stay together.
"""

import re

from spectral_film.pages.numbers import MINUS, THIN, TIMES, raised

UNITS = "%|µm|nm|mm|m|K|s|lux|stops?|cycles/mm|cd/m²|cm²/erg"
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![\w.)\]])-(?=0(?:\.0+)?(?![\d.]))"), ""),  # -0.0000: no zero has a sign
    (re.compile(r"(?<![\w.)\]-])-(?=\.?\d)"), MINUS),
    (re.compile(r"(?<=\w) - (?=\w)"), f" {MINUS} "),
    (re.compile(r"(?<![\w.])\.(?=\d)"), "0."),
    (re.compile(r"\+-"), "±"),
    (re.compile(r"(?<=\d) x(?= \d)|(?<=\d) x\b"), f"{THIN}{TIMES}"),
    (re.compile(r"\bum\b"), "µm"),
    (re.compile(r"\blux s\b"), f"lux{THIN}s"),
    (re.compile(r"\bchi2\b"), "χ²"),
    (re.compile(r"\blog10\b"), "log₁₀"),
    (re.compile(rf"(?<=\d) ?(?=%)|(?<=\d) (?=(?:{UNITS})(?!\w))"), THIN),
    (re.compile(r"(?<=\w)'(?=\w)"), "\u2019"),
)
POWER = re.compile(r"(?<=\d)e([+-]\d+)\b")


def typeset(text: str) -> str:
    """The text with its minus signs, units, powers and apostrophes; set text stays as it is."""
    text = POWER.sub(lambda e: f"{THIN}{TIMES}{THIN}10{raised(int(e[1]))}", text)
    for found, instead in RULES:
        text = found.sub(instead, text)
    return text
