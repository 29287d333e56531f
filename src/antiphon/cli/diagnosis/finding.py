"""What a look says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says how to mend it when it is not well."""

    name: str
    is_well: bool
    told: str
    advice: str = ""


def well(name: str, told: str) -> Finding:
    """Return that all is well."""
    return Finding(name, is_well=True, told=told)


def bad(name: str, told: str, advice: str) -> Finding:
    """Return what is wrong, and how to mend it."""
    return Finding(name, is_well=False, told=told, advice=advice)
