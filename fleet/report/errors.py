"""Why a report could not be made."""


class ReportError(Exception):
    """One sentence for the user: what is missing or broken, and what would be right."""
