"""The findings of a run or of a search as JUnit XML, which every CI system shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple
from xml.etree import ElementTree as ET

from fleet.capacity.search import Search, conclusion
from fleet.watch.ruling import Finding, Ruling, show_value

_NO_JUDGE: Final = "the generator was the bottleneck"
_NOT_TRIED: Final = "the search ended before it could tell"


class _Case(NamedTuple):
    """One test case, and what went wrong with it: nothing, if its ending is empty."""

    name: str
    ending: Literal["", "failure", "error", "skipped"] = ""
    kind: str = ""
    message: str = ""
    told: str = ""


_NONE_SET: Final = _Case("the objectives", "skipped", message="no objective was set")


def junit_xml(ruling: Ruling, suite: str, took_s: float) -> str:
    """Return a test suite with a case for the run's validity, and one for each objective.

    An objective that was broken is a failure; an invalid run is an error of the first case, and
    its objectives are skipped, since nothing can be said of them. Where none was set, one case that
    is skipped says so: nobody is to take the others for a test that was passed.
    """
    verdict, invalid = ruling.verdict, ruling.verdict == "invalid"
    run = _Case("the run is valid", told="\n".join(ruling.reasons))
    if verdict in {"invalid", "failed", "interrupted"}:
        message = "\n".join(ruling.reasons) or verdict
        run = run._replace(ending="error", kind=verdict, message=message, told="")
    objectives = [_objective(finding, invalid=invalid) for finding in ruling.findings]
    return _document(suite, took_s, [run, *(objectives or [_NONE_SET])])


def _objective(finding: Finding, *, invalid: bool) -> _Case:
    case = _Case(finding.objective, told=f"value: {show_value(finding)}")
    if invalid:
        return case._replace(ending="skipped", message=_NO_JUDGE)
    if finding.held:
        return case
    message = f"{finding.sentence}; {finding.by}"
    return case._replace(ending="failure", kind="slo_broken", message=message)


def search_junit_xml(search: Search, suite: str, took_s: float, failed: str = "") -> str:
    """Return a test suite of three: the search's end, the generator, and the fewest terminals.

    That a larger load gives way is what a search is for, and no failure; what was found stands
    among the properties. Of a search that is not over, or whose generator gave way before
    anything held, nothing can be said of the fewest terminals unless they held: they are skipped.

    Args:
        search: As far as it has come.
        suite: Its name.
        took_s: How long it took.
        failed: Why it could not go on; "" if it is over, or was interrupted.
    """
    told = conclusion(search)
    end = _Case("the search came to its end")
    if not search.over:
        kind, message = ("failed", f"{failed}\n{told}") if failed else ("interrupted", told)
        end = end._replace(ending="error", kind=kind, message=message)
    generator = _Case("the generator did not give way")
    invalid = search.broken is not None and search.broken.outcome == "generator"
    if invalid:
        generator = generator._replace(ending="error", kind="invalid", message=told)
    fewest = _Case("the fewest terminals keep all objectives", told=told)
    if search.held is None and (invalid or not search.over):
        why = _NO_JUDGE if invalid else _NOT_TRIED
        fewest = fewest._replace(ending="skipped", message=why)
    elif search.held is None:
        fewest = fewest._replace(ending="failure", kind="slo_broken", message=told)
    return _document(suite, took_s, [end, generator, fewest], _found(search))


def _found(search: Search) -> Mapping[str, str]:
    held = search.held if search.over else None
    return {"capacity": str(held.load) if held else ""} | {
        f"step {number}": f"{step.load} terminals: "
        + (step.outcome if step.outcome == "held" else f"the {step.outcome} gave way")
        for number, step in enumerate(search.steps, 1)
    }


def _document(
    suite: str, took_s: float, cases: Sequence[_Case], found: Mapping[str, str] | None = None
) -> str:
    root = ET.Element("testsuites")
    endings = Counter(case.ending for case in cases)
    element = ET.SubElement(
        root, "testsuite", name=suite, time=f"{took_s:.3f}", tests=str(len(cases)),
        failures=str(endings["failure"]), errors=str(endings["error"]),
        skipped=str(endings["skipped"]),
    )  # fmt: skip
    if found is not None:
        properties = ET.SubElement(element, "properties")
        for name, value in found.items():
            ET.SubElement(properties, "property", name=name, value=value)
    for case in cases:
        _add(ET.SubElement(element, "testcase", classname=suite, name=case.name), case)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add(element: ET.Element, case: _Case) -> None:
    if case.ending == "skipped":
        ET.SubElement(element, case.ending, message=case.message)
    elif case.ending:
        ending = ET.SubElement(element, case.ending, type=case.kind, message=case.message)
        ending.text = case.message
    if case.told:
        ET.SubElement(element, "system-out").text = case.told
