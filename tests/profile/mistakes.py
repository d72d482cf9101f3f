"""A small profile to make mistakes in, and what is said of them."""

from collections.abc import Mapping

import pytest

from fleet.profile import ProfileError, parse

SMALL = 'schema = 1\nname = "small"\n'


def complaints(text: str, overrides: Mapping[str, object] | None = None) -> dict[str, str]:
    """Return what is said of a profile: by path, the message."""
    with pytest.raises(ProfileError) as info:
        parse(text, overrides)
    return {complaint.path: complaint.message for complaint in info.value.complaints}
