"""The findings of a run or of a search as JUnit XML, which every CI system shows."""

from xml.etree import ElementTree as ET

from fleet.capacity.search import Search, conclusion
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
    return _text(root)


def search_junit_xml(search: Search, suite: str, took_s: float) -> str:
    """Return a test suite with a case for the generator and one for the fewest terminals.

    That a larger load gives way is what a search is for, and no failure; what was found stands
    among the properties. If the generator gave way before anything held, nothing can be said of the
    server: its case is skipped.
    """
    held, broken = search.held, search.broken
    invalid = broken is not None and broken.outcome == "generator"
    failed = held is None and not invalid
    root = ET.Element("testsuites")
    element = ET.SubElement(
        root, "testsuite", name=suite, time=f"{took_s:.3f}", tests="2",
        failures=str(int(failed)), errors=str(int(invalid)),
        skipped=str(int(invalid and held is None)),
    )  # fmt: skip
    properties = ET.SubElement(element, "properties")
    found = {"capacity": str(held.load) if held else ""} | {
        f"step {number}": f"{step.load} terminals: "
        + (step.outcome if step.outcome == "held" else f"the {step.outcome} gave way")
        for number, step in enumerate(search.steps, 1)
    }
    for name, value in found.items():
        ET.SubElement(properties, "property", name=name, value=value)
    told = conclusion(search)
    case = ET.SubElement(
        element, "testcase", classname=suite, name="the generator did not give way"
    )
    if invalid:
        ET.SubElement(case, "error", type="invalid", message=told).text = told
    case = ET.SubElement(
        element, "testcase", classname=suite, name="the fewest terminals keep all objectives"
    )
    if failed:
        ET.SubElement(case, "failure", type="slo_broken", message=told).text = told
    elif held is None:
        ET.SubElement(case, "skipped", message="the generator was the bottleneck")
    ET.SubElement(case, "system-out").text = told
    return _text(root)


def _text(root: ET.Element) -> str:
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
