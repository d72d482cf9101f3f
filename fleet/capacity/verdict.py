"""The verdict on a run, in words and by its exit code.

    how it ended                                    verdict       exit code
    it could not be completed                       failed        1
    somebody interrupted it                         interrupted   130
    the generator was the bottleneck                invalid       4
    an objective was broken                         slo_broken    3
    no objective was set                            unjudged      0
    none of these                                   passed        0

The first line that fits decides: a run whose generator gave way says nothing of its objectives, and
one without objectives has passed no test, however well it went.
"""

from collections.abc import Iterator

from fleet.watch.ruling import Finding, HealthReport, Ruling, Verdict


def rule(
    ended: Verdict, findings: tuple[Finding, ...], health: HealthReport, *remarks: str
) -> Ruling:
    """Return the verdict.

    Args:
        ended: How the run ended, as far as that decides: passed (came to its end), failed or
            interrupted.
        findings: Each objective.
        health: The generator's.
        remarks: Sentences that belong beside the verdict, such as why the run was given up before
            its time; "" for none.
    """
    broken = tuple(finding for finding in findings if not finding.held)
    verdict = ended
    if ended == "passed" and health.complaints:
        verdict = "invalid"
    elif ended == "passed" and broken:
        verdict = "slo_broken"
    elif ended == "passed" and not findings:
        verdict = "unjudged"
    reasons = (*_reasons(verdict, broken, health), *filter(None, remarks), *_restarted(health))
    return Ruling(verdict, reasons, findings, health)


def _reasons(verdict: Verdict, broken: tuple[Finding, ...], health: HealthReport) -> Iterator[str]:
    if verdict == "invalid":
        yield from (f"the generator was the bottleneck: {each}" for each in health.complaints)
        if broken:
            yield (
                "objectives were missed, which says nothing of the server: "
                + "; ".join(finding.objective for finding in broken)
            )
    else:
        yield from (f"broken: {finding.sentence}" for finding in broken)
        yield from (f"the generator was not well: {each}" for each in health.complaints)


def _restarted(health: HealthReport) -> Iterator[str]:
    if health.restarts:
        yield (
            f"{health.restarts} times a shard died and was started again; its terminals came back "
            "as after a power cut"
            if health.restarts > 1
            else "a shard died and was started again; its terminals came back as after a power cut"
        )
