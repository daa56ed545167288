"""The file formats: read the files of an org into the model, and apply changes to their content."""

__all__ = [
    "admission",
    "apply",
    "explanation",
    "json_schema",
    "key_values",
    "load",
    "mapping_reader",
    "org",
    "output",
    "record_readers",
    "retirement_review",
    "score_months",
    "scores",
    "seat",
    "seat_brief",
    "seat_scope",
    "signers",
    "tree",
    "value_import",
    "yaml",
]
