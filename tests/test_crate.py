"""Crates: exported tables carry metadata in which every name leads somewhere and every file is told of."""

import json

from sp_abm import open_study
from sp_abm.sweep import resume, sweep


def exported(folder, tmp_path):
    """Return an exported folder, its metadata, and their entities by name."""
    out = open_study(folder).export(tmp_path / "tables")
    metadata = json.loads((out / "ro-crate-metadata.json").read_text("utf-8"))
    return out, metadata, {entity["@id"]: entity for entity in metadata["@graph"]}


def references(value):
    """Yield every name that a value refers to."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_the_crate_tells_of_every_file_and_of_no_other(hamlet, tmp_path):
    sweep(hamlet("n = 1"), tmp_path / "store", workers=0)
    out, metadata, entities = exported(tmp_path / "store", tmp_path)
    files = {name: entity for name, entity in entities.items() if entity["@type"] == "File"}
    assert set(files) | {"ro-crate-metadata.json"} == {path.name for path in out.iterdir()}
    assert {part["@id"] for part in entities["./"]["hasPart"]} == set(files)
    assert all(int(entity["contentSize"]) == (out / name).stat().st_size for name, entity in files.items())
    assert all(entity["description"] and "/" in entity["encodingFormat"] for entity in files.values())
    assert metadata["@context"] == "https://w3id.org/ro/crate/1.1/context"
    assert entities["ro-crate-metadata.json"]["about"] == {"@id": "./"}


def test_every_name_is_given_once_and_leads_somewhere(hamlet, tmp_path):
    sweep(hamlet("n = 1"), tmp_path / "store", workers=0)
    _, metadata, entities = exported(tmp_path / "store", tmp_path)
    assert len(entities) == len(metadata["@graph"])
    elsewhere = {"https://w3id.org/ro/crate/1.1"}
    assert set(references(metadata["@graph"])) <= set(entities) | elsewhere
    assert not [
        entity
        for entity in entities.values()
        if any(isinstance(value, dict) and "@type" in value for value in entity.values())
    ]


def test_the_crate_says_who_ran_what_with_which_model(hamlet, tmp_path):
    sweep(hamlet("n = 1"), tmp_path / "store", workers=0)
    resume(tmp_path / "store", workers=1)
    out, _, entities = exported(tmp_path / "store", tmp_path)
    provenance = open_study(tmp_path / "store").provenance
    sweeps = [entity for entity in entities.values() if entity["@type"] == "CreateAction"]
    assert [entity["name"] for entity in sweeps] == ["Sweep by this process", "Sweep by 1 process"]
    assert [entity["startTime"] for entity in sweeps] == [line["began"] for line in provenance["sweeps"]]
    (model,) = (entity for entity in entities.values() if entity["@type"] == "SoftwareApplication")
    assert model["version"] == f"{provenance['sp_abm']} (model {provenance['model']})"
    assert "numpy" in model["softwareRequirements"] and {entity["instrument"]["@id"] for entity in sweeps} == {
        model["@id"]
    }
    assert (out / "study.toml").read_text("utf-8") == provenance["study"]
    assert entities["./"]["name"] == "hamlet" and "no forecast" in entities["./"]["description"]
