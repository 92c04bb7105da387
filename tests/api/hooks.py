"""What schemathesis cannot know: what the binary part of an import is."""

import json

import schemathesis
from hypothesis import strategies as st

TYPES = [
    "IDENTITY_OBJECT_CONFIG", "IDENTITY_PROFILE", "RULE", "SOURCE", "TRANSFORM", "TRIGGER_SUBSCRIPTION",
    "CONNECTOR_RULE", "ROLE", "WORKFLOW",
]
ID = st.uuids().map(str) | st.sampled_from(["2c9180835d191a86015d28455b4b232a", "be9e116d-08e1-49fc-ab7f-fa585e96c9e4"])
NAME = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=20)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | NAME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def entry(draw):
    kind, id, name = draw(st.sampled_from(TYPES)), draw(ID), draw(NAME)
    body = dict(draw(st.dictionaries(NAME, VALUE, max_size=4)), id=id, name=name)
    written = {"version": 1, "self": {"type": kind, "id": id, "name": name}, "object": body}
    if kind == "RULE" and draw(st.booleans()):
        written.update(jwsHeader="eyJhbGciOiJFUzI1NiJ9", jwsSignature="A" * 86)
    return written


FILE = st.lists(entry(), max_size=4).map(lambda objects: {"version": 1, "objects": objects})
schemathesis.openapi.format("binary", FILE.map(lambda file: json.dumps(file).encode()))
