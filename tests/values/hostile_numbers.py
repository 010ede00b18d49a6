"""Hundreds of strings that look like numbers and are none (R45): odd forms, odd blanks, every language's digits."""

import sys
import unicodedata

_ODD_LINES = """
NaN nan sNaN Infinity -Infinity inf ∞ 1e400 1e4 1E4 1_000 0x10 0b1 １２ １２,５ ١٢ १२ --1 +-1 -+1 +1 1-
(1) 1.234,56 1,234.56 1.234.567 1,234,567 12,345 1,2,3 1..2 1,,2 ,5 .5 5, 5. , . - + € -€ €12 12$
12£ 1'234,56 1’234 ½ ² 1² Ⅻ ⅷ 一 一二 零 1O l2 O 1/2 1:2 1;2 1%00 %31 &#49; <b>1</b> {1} {{1}} ${1} #1
1# "1" '1' `1` =1 @1 1=1 1+1 2*3 null None none true false undefined 1e 1e- 1j 1L 1u 1n 1d 1f 1.0f
1.d −1 –1 —1 ‐1 ﹣1 －1 1，5 1．5 1٫5 1٬000 1· 1·5 12,5€€ €€ EUR EUREUR 12EUREUR eur12 12eur 1234567890
12345678901234567890 9999999999,99 0000000000 1,000 0,001 12,001 -12,005 1,123456789 deux cent douze
mille
"""
ODD = _ODD_LINES.split()
SPACED = [
    "",
    " ",
    "\u00a0",
    "\t",
    "\n",
    "12\n",
    "12\r\n",
    "\n12",
    "1\t234",
    "12\0",
    "\0",
    "1\u200b2",
    "\u200b12",
    "12\ufeff",
    "\ufeff12",
    "1\u2009234",
    "1\u2007234",
    "1\u3000234",
    "12 34",
    "1 23",
    "1  234",
    "1234 567",
    "1 2345",
    "1 234 56",
    "12 345 6",
    "1 2 3",
    "1 234 567 890",
    "1, 5",
    "1 ,5",
    "1,5 0",
    "- - 1",
    "-  1",
    "1 €€",
    "12 € 5",
    "12 €\n",
    "\u202e21",
    "1\u20602",
    "12\u00ad3",
    "1\x0b2",
    "12\x85",
    "12\u2028",
    "१२,५० €",
    "1" * 1000,
    "9" * 100_000,
    "1," + "0" * 100_000,
    " " * 100_000,
    "-" * 1000,
    "1 " * 1000,
]
ZEROS = [c for c in map(chr, range(128, sys.maxunicode + 1)) if unicodedata.decimal(c, None) == 0]
FOREIGN = [
    written
    for zero in ZEROS
    for one, two in [(chr(ord(zero) + 1), chr(ord(zero) + 2))]
    for written in (one, one + two, f"1{two}", f"{one},5", f"1,{two}", f"-{one}", f"{one} 234,56 €")
]
HOSTILE = sorted({*ODD, *SPACED, *FOREIGN})
