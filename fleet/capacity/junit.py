"""The findings as JUnit XML, which every CI system shows."""

from xml.etree import ElementTree as ET

from fleet.watch.ruling import Ruling, show_value


def junit_xml(ruling: Ruling, suite: str, took_s: float) -> str:
    """Return a test suite with a case for each objective, and one for the generator's health.

    An objective that was broken is a failure; an invalid run is an error of the health's case, and
    its objectives are skipped, since nothing can be said of them.
    """
    root = ET.Element("testsuites")
    failures = sum(not finding.held for finding in ruling.findings)
    invalid = ruling.verdict == "invalid"
    element = ET.SubElement(
        root, "testsuite", name=suite, time=f"{took_s:.3f}",
        tests=str(len(ruling.findings) + 1),
        failures="0" if invalid else str(failures),
        errors=str(int(ruling.verdict in {"invalid", "failed", "interrupted"})),
        skipped=str(len(ruling.findings)) if invalid else "0",
    )  # fmt: skip
    run = ET.SubElement(element, "testcase", classname=suite, name="the run is valid")
    if ruling.verdict in {"invalid", "failed", "interrupted"}:
        text = "\n".join(ruling.reasons) or ruling.verdict
        ET.SubElement(run, "error", type=ruling.verdict, message=text).text = text
    for finding in ruling.findings:
        case = ET.SubElement(element, "testcase", classname=suite, name=finding.objective)
        if invalid:
            ET.SubElement(case, "skipped", message="the generator was the bottleneck")
        elif not finding.held:
            message = f"{finding.sentence}; {finding.by}"
            ET.SubElement(case, "failure", type="slo_broken", message=message).text = message
        ET.SubElement(case, "system-out").text = f"value: {show_value(finding)}"
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
