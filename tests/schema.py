"""Whether JSON is valid by a schema, told without pydantic: as much of JSON Schema as `keii schema` prints, and no more."""

from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_KNOWN = {"$ref", "anyOf", "type", "enum", "const", "required", "items", "properties", "additionalProperties"}
_NOTES = {"title", "description", "default", "$defs"}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, where: str = "$") -> list[str]:
    """What is wrong with a value, a line each."""
    root = root or schema
    assert schema.keys() <= _KNOWN | _NOTES, f"{where}: a keyword of JSON Schema that is not known here: {sorted(schema)}"
    if "$ref" in schema:
        return faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, where)
    if "anyOf" in schema:
        fits = any(not faults(value, one, root, where) for one in schema["anyOf"])
        return [] if fits else [f"{where}: fits none of {len(schema['anyOf'])} kinds"]
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return [f"{where}: no {kind}"]
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if allowed is not None and value not in allowed:
        return [f"{where}: {value!r} is none of {allowed}"]
    if kind == "array":
        return [fault for n, one in enumerate(value) for fault in faults(one, schema.get("items", {}), root, f"{where}[{n}]")]
    return _faults_of_object(value, schema, root, where) if kind == "object" else []


def _faults_of_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], where: str) -> list[str]:
    found = [f"{where}: no {name}" for name in schema.get("required", ()) if name not in value]
    for name, one in value.items():
        wanted = schema.get("properties", {}).get(name, schema.get("additionalProperties", True))
        if wanted is False:
            found.append(f"{where}: {name} is not known")
        elif wanted is not True:
            found += faults(one, wanted, root, f"{where}.{name}")
    return found
