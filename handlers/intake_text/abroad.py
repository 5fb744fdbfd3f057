"""Companies and addresses of other countries, in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_FORM = (
    r"Co\.?\s?,?\s?Ltd\.?|CO\.?\s?,?\s?LTD\.?|Sdn\.? ?Bhd\.?|SDN\.? ?BHD\.?|Pte\.? ?Ltd\.?|PTE\.? ?LTD\.?|"
    r"Pty\.? ?Ltd\.?|PTY\.? ?LTD\.?|Pvt\.? ?Ltd\.?|Limited|LIMITED|Ltd\.?|LTD\.?|Inc\.?|INC\.?|LLC|LLP|"
    r"GmbH(?: & Co\.? KG)?|"
    r"Corp\.?|Corporation|Company|S\.?r\.?l\.?|S\.?p\.?A\.?|S\.A\.(?:S\.)?|SARL|B\.?V\.?|N\.?V\.?|A/S|ApS|"
    r"Oy|AB|AG|KG|K\.K\.|"
    r"Ltda\.?|S\.A\. de C\.V\.|JSC|OOO|PLC|plc|Tbk"
)
_WORD = r"[A-Z(&][A-Za-z0-9&.'()\-]{0,30}"
COMPANY = re.compile(
    rf"(?<![A-Za-z0-9])(?:[A-Z][A-Za-z0-9&.'\-]{{0,30}}(?:[ ,]{{1,2}}{_WORD}){{0,8}}?"
    rf"[ ,]{{1,2}}(?:{_FORM})(?![A-Za-z])|"
    rf"(?:PT|CV|OOO|JSC)\.? {_WORD}(?: {_WORD}){{0,4}})"
)
_COUNTRY = (
    r"Malaysia|Singapore|Vietnam|Viet Nam|Thailand|Indonesia|Philippines|Cambodia|Laos|Myanmar|India|"
    r"Pakistan|"
    r"Bangladesh|Sri Lanka|Nepal|Japan|Korea|South Korea|Germany|France|Italy|Spain|Portugal|Netherlands|"
    r"Belgium|"
    r"Austria|Switzerland|Poland|Czech Republic|Hungary|Romania|Turkey|Greece|Sweden|Norway|Denmark|Finland|"
    r"United Kingdom|UK|England|Ireland|USA|U\.S\.A\.|United States|Canada|Mexico|Brazil|Argentina|Chile|"
    r"Peru|"
    r"Colombia|Australia|New Zealand|Russia|Kazakhstan|Uzbekistan|Ukraine|Egypt|South Africa|Nigeria|Kenya|"
    r"Morocco|Saudi Arabia|UAE|U\.A\.E\.|Dubai|Qatar|Kuwait|Oman|Israel|Iran|Iraq|Hong Kong|Macau|Taiwan"
)
_STREET = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Za-z0-9] )\d{1,5}[A-Za-z]?,? [A-Z][A-Za-z .,'\-0-9]{2,100}?(?:Street|St|Road|"
    r"Rd|Avenue|"
    r"Ave|Lane|Boulevard|Blvd|Drive|Highway)\b[A-Za-z0-9 .,'\-#]{0,120}"
)
_IN_COUNTRY = re.compile(rf", ?(?:{_COUNTRY})(?: \d{{4,6}})?(?![A-Za-z])")
_BEFORE = re.compile(r"[^A-Za-z0-9 .,'\-#/\u00c0-\u024f]|/(?!\d)|(?<!\d)/")
_LONGEST = 130
MOST = 4


def addresses_abroad(shown: str) -> Iterator[tuple[int, int]]:
    """Give where addresses stand: a number and a street, or a number somewhere before a country's name."""
    end = 0
    for match in islice(_STREET.finditer(shown), MOST):
        yield match.span()
        end = match.end()
    for country in islice(_IN_COUNTRY.finditer(shown, end), MOST):
        first = max(end, country.start() - _LONGEST)
        marks = [mark.end() for mark in _BEFORE.finditer(shown, first, country.start())]
        start = marks[-1] if marks else first
        start += len(shown[start : country.start()]) - len(shown[start : country.start()].lstrip(" .,'-#"))
        words = shown[start : country.start()]
        if len(words) >= 8 and re.match(r"[A-Z0-9]", words) and re.search(r"\d", words):
            yield start, country.end()
            end = country.end()
