"""PromQL, judged by a parser."""

import promql_parser


def parses(text: str) -> bool:
    """Return whether a text is PromQL."""
    try:
        promql_parser.parse(text)
    except ValueError:
        return False
    return True
