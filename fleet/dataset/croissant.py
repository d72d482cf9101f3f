"""`croissant.json`: what the dataset is, in the vocabulary of MLCommons' Croissant 1.0.

Croissant has no field for a unit, so it stands in the description, and in Parquet's own metadata.
Files lie beside `croissant.json`: a set of files that is contained in nothing is looked for there,
and one in a folder, as a file object, is accepted by the validator and loaded by nobody.
"""

from typing import Any, Final

import pyarrow as pa

from fleet.dataset.summary import Summary
from fleet.dataset.table import Column, Table

_MIME: Final = {"parquet": "application/x-parquet", "csv": "text/csv"}
_CONTEXT: Final = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty", "samplingRate": "cr:samplingRate",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract",
    "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip


def description(summary: Summary) -> dict[str, Any]:
    """Return the JSON-LD of a dataset."""
    kind = summary.profile.dataset.format
    filled = [table for table in summary.tables if summary.rows[table.name]]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": summary.name,
        "description": summary.profile.title or "A simulated estate of payment terminals.",
        "version": "1.0.0",
        "license": "https://www.apache.org/licenses/LICENSE-2.0",
        "url": "https://localhost/" + summary.name,
        "datePublished": summary.calendar.dates()[0].date.isoformat(),
        "citeAs": f"{summary.name}, made by fleet from seed {summary.profile.dataset.seed}",
        "distribution": [_files(table, kind) for table in filled],
        "recordSet": [_records(table) for table in filled],
    }


def _files(table: Table, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{_id(table)}-files",
        "name": f"{_id(table)}-files",
        "description": table.description,
        "encodingFormat": _MIME[kind],
        "includes": table.files(kind),
    }


def _records(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": _id(table),
        "name": _id(table),
        "description": table.description,
        "key": [{"@id": f"{_id(table)}/{column}"} for column in table.key],
        "field": [_field(table, column) for column in table.columns],
    }


def _field(table: Table, column: Column) -> dict[str, Any]:
    unit = f" [{column.unit}]" if column.unit else ""
    return {
        "@type": "cr:Field",
        "@id": f"{_id(table)}/{column.name}",
        "name": column.name,
        "description": column.description + unit,
        "dataType": _data_type(column.kind),
        "source": {
            "fileSet": {"@id": f"{_id(table)}-files"},
            "extract": {"column": column.name},
        },
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "sc:DateTime"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_floating(kind):
        return "sc:Float"
    return "sc:Integer" if pa.types.is_integer(kind) else "sc:Text"


def _id(table: Table) -> str:
    return table.name.replace("/", "-").replace("=", "-")
