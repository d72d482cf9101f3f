"""What is asked for: the TOML profile as frozen models, every complaint at once with its path."""

from fleet.profile.complaints import Complaint, ProfileError
from fleet.profile.profile import Profile
from fleet.profile.render import digest, json_schema, resolved_toml
from fleet.profile.store import load, names, parse

__all__ = [
    "Complaint",
    "Profile",
    "ProfileError",
    "digest",
    "json_schema",
    "load",
    "names",
    "parse",
    "resolved_toml",
]
