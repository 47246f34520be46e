"""Crate: what goes with exported tables so that a repository or a stranger knows what they are (RO-Crate 1.1)."""

import mimetypes
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

METADATA: Final = "ro-crate-metadata.json"
_STANDARD: Final = "https://w3id.org/ro/crate/1.1"
_TABLE_KINDS: Final = {".csv": "text/csv", ".toml": "application/toml", ".json": "application/json"}


def crate_of(folder: Path, provenance: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata of a folder: its files with what is `said` of each, the model, and every sweep that ran.

    No licence is chosen here: that is up to whoever publishes the tables.
    """
    sweeps = [_sweep(number, entry) for number, entry in enumerate(provenance["sweeps"])]
    files = [_file(path, said[path.name]) for path in sorted(folder.iterdir()) if path.name in said]
    versions = {entry["instrument"]["@id"]: _model(entry) for entry in sweeps}
    return {
        "@context": f"{_STANDARD}/context",
        "@graph": [
            {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": _STANDARD}, "about": {"@id": "./"}},
            _whole(provenance["name"], files, sweeps),
            {
                "@id": "#licence",
                "@type": "CreativeWork",
                "name": "No licence chosen yet",
                "description": "Whoever publishes these tables says here under which licence.",
            },
            *files,
            *versions.values(),
            *({name: value for name, value in entry.items() if name != "versions"} for entry in sweeps),
        ],
    }


def _whole(name: str, files: list[dict[str, Any]], sweeps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the folder is, and what belongs to it."""
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": (
            f"Simulated runs of the study {name!r} with sp_abm, an illustrative agent-based model of social "
            "prescribing; no observation of real people and no forecast."
        ),
        "datePublished": datetime.now(UTC).date().isoformat(),
        "license": {"@id": "#licence"},
        "hasPart": [{"@id": file["@id"]} for file in files],
        "mentions": [{"@id": entry["@id"]} for entry in sweeps],
    }


def _file(path: Path, said: str) -> dict[str, Any]:
    kind = _TABLE_KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    size = path.stat().st_size
    return {
        "@id": path.name,
        "@type": "File",
        "name": path.name,
        "description": said,
        "encodingFormat": kind,
        "contentSize": str(size),
    }


def _sweep(number: int, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return one sweep as an action, with the versions it ran with."""
    return {
        "@id": f"#sweep-{number}",
        "@type": "CreateAction",
        "name": f"Sweep by {entry.get('by') or 'an unnamed back-end'}",
        "startTime": entry["began"],
        "instrument": {"@id": f"#model-{entry['model']}"},
        "object": {"@id": "study.toml"},
        "result": {"@id": "./"},
        "versions": {name: value for name, value in entry.items() if name not in ("began", "by")},
    }


def _model(sweep: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model as the software that a sweep ran, with what it stood on."""
    versions = dict(sweep["versions"])
    release, model = versions.pop("sp_abm"), versions.pop("model")
    return {
        "@id": sweep["instrument"]["@id"],
        "@type": "SoftwareApplication",
        "name": "sp_abm",
        "version": f"{release} (model {model})",
        "license": "https://spdx.org/licenses/MIT",
        "softwareRequirements": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
