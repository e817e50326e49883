"""Judges generated answers of whole documents (JSON lines on standard input, from examples/corpus.rs) by the documents
themselves, with Python's jsonschema and a reading of OpenAPI that shares nothing with standin's.

    cargo run --release --example corpus -- DIR SEEDS | python corpus.py DIR

Ends with 1 if an answer is invalid. Discriminators are not looked at. What a media type other than JSON has is counted only.
"""

import json
import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FORMATS = FormatChecker(formats=["date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"])
ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS = ("properties", "patternProperties", "dependentSchemas", "definitions", "$defs")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML 1.2 as far as documents use it: `yes` and dates are texts, `1e-3` is a number."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+$"), list("-+.0123456789"))


def multiple_of(validator, divisor, instance, schema):
    """Exact, where floating-point numbers are not."""
    if validator.is_type(instance, "number") and Decimal(str(instance)) % Decimal(str(divisor)):
        yield ValidationError(f"{instance!r} is not a multiple of {divisor}")


Validator = validators.extend(Draft202012Validator, {"multipleOf": multiple_of})


def with_text_keys(value):
    if isinstance(value, dict):
        return {str(key): with_text_keys(member) for key, member in value.items()}
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value


def at(document, pointer):
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


class Document:
    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        self.root = json.loads(text) if path.suffix == ".json" else with_text_keys(yaml.load(text, Loader))
        version = str(self.root.get("openapi") or self.root.get("swagger"))
        self.old = version.startswith(("2.", "3.0"))
        self.swagger = version.startswith("2.")
        self.unread_patterns = set()
        self.converted = set()
        for name, schema in (self.root.get("components", {}).get("schemas") or {}).items():
            if isinstance(schema, dict) and schema.get("$recursiveAnchor") is True:
                self.lead_back(schema, "#/components/schemas/" + name)
        self.convert_all(self.root)
        registry = Registry().with_resource("urn:contract", Resource(contents=self.root, specification=DRAFT202012))
        self.registry = registry
        self.validators = {}

    def follow(self, part):
        for _ in range(50):
            if not (isinstance(part, dict) and isinstance(part.get("$ref"), str)):
                return part
            part = at(self.root, unquote(part["$ref"].removeprefix("#")))
        return part

    def lead_back(self, part, anchor):
        """Recursion as draft 2019-09 writes it, which 2020-12 does not know."""
        if isinstance(part, dict) and part.get("$recursiveRef") == "#":
            part["$ref"] = anchor
        for member in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
            self.lead_back(member, anchor)

    def convert_all(self, part):
        """Every schema of the document, where it stands."""
        if isinstance(part, dict):
            for key, member in part.items():
                if key == "schema" or key == "schemas" or (key == "definitions" and part is self.root):
                    for schema in [member] if key == "schema" else list(member.values()) if isinstance(member, dict) else []:
                        self.convert(schema)
                elif key not in ("example", "examples"):
                    self.convert_all(member)
        elif isinstance(part, list):
            for item in part:
                self.convert_all(item)

    def convert(self, schema):
        """One schema of OpenAPI, changed to one of JSON Schema 2020-12."""
        if not isinstance(schema, dict) or id(schema) in self.converted:
            return
        self.converted.add(id(schema))
        self.modernise_bounds(schema)
        if self.old:
            self.modernise(schema)
        # A sender leaves out what is for the other way alone, so that it cannot be required.
        properties = schema.get("properties")
        if isinstance(properties, dict) and isinstance(schema.get("required"), list):
            hidden = [name for name, member in properties.items() if self.is_write_only(member)]
            schema["required"] = [name for name in schema["required"] if name not in hidden]
        self.drop_patterns(schema)
        for keyword in ONE:
            self.convert(schema.get(keyword))
        for keyword in LISTS:
            for item in schema[keyword] if isinstance(schema.get(keyword), list) else []:
                self.convert(item)
        for keyword in MAPS:
            for member in schema[keyword].values() if isinstance(schema.get(keyword), dict) else []:
                self.convert(member)

    def is_write_only(self, member):
        try:
            return isinstance(member, dict) and (member.get("writeOnly") or (self.follow(member) or {}).get("writeOnly")) is True
        except (KeyError, AttributeError):
            return False

    def modernise_bounds(self, schema):
        """Documents of every version have the Boolean bounds of the oldest drafts."""
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
                schema[exclusive] = schema.pop(bound)

    def modernise(self, schema):
        if isinstance(schema.get("$ref"), str):
            for key in [key for key in schema if key != "$ref"]:
                del schema[key]
            return
        nullable = schema.pop("nullable", None) is True or (self.swagger and schema.get("x-nullable") is True)
        if nullable and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        if schema.get("type") == "file":
            del schema["type"]
        # Keywords that these versions do not have mean nothing there.
        for keyword in ("const", "if", "then", "else", "contains", "propertyNames", "prefixItems", "patternProperties", "$defs"):
            schema.pop(keyword, None)

    def drop_patterns(self, schema):
        """Patterns that Python cannot compile are not judged, but counted."""
        patterns = [schema["pattern"]] if isinstance(schema.get("pattern"), str) else []
        for pattern in patterns + list(schema.get("patternProperties") or {}):
            try:
                re.compile(pattern)
            except re.error:
                self.unread_patterns.add(pattern)
                schema.pop("pattern", None)
                (schema.get("patternProperties") or {}).pop(pattern, None)

    def schema_pointer(self, operation, status, media_type):
        """Where the schema of an answer stands, or nothing."""
        responses = at(self.root, operation)["responses"]
        declared = next(response for key, response in responses.items() if key.lower() == status.lower())
        response = self.follow(declared)
        if self.swagger:
            return response.get("schema")
        media_type = media_type.split(";")[0].strip().lower()
        content = {key.split(";")[0].strip().lower(): self.follow(value) for key, value in (response.get("content") or {}).items()}
        chosen = content.get(media_type) or content.get(media_type.split("/")[0] + "/*") or content.get("*/*") or {}
        return chosen.get("schema")

    def validator(self, schema):
        if id(schema) not in self.validators:
            # References of a schema are places in the whole document.
            made = Validator(schema, registry=self.registry, format_checker=FORMATS)
            resolver = self.registry.resolver("urn:contract")
            self.validators[id(schema)] = made.evolve(_resolver=resolver)
        return self.validators[id(schema)]


def judge(folder, name, lines):
    """The totals of one document, and what is to be told of it."""
    totals, told = Counter(documents=1), []
    document = Document(Path(folder) / name)
    totals["patterns"] = len(document.unread_patterns)
    operations, statuses = set(), set()
    for line in lines:
        answer = json.loads(line)
        place = f"{name} {answer.get('operation')} {answer.get('status')}"
        operations.add(answer.get("operation"))
        statuses.add(place)
        if "refused" in answer:
            totals["refused"] += 1
            told.append(("refused", f"{place}: {answer['refused']}"))
        elif "value" not in answer:
            totals["other"] += 1
        else:
            schema = document.schema_pointer(answer["operation"], answer["status"], answer["media_type"])
            error = next(document.validator(schema).iter_errors(answer["value"]), None) if schema is not None else None
            totals["values"] += 1
            totals["valid" if error is None else "invalid"] += 1
            if error is not None:
                error = max([error, *(error.context or [])], key=lambda error: len(error.absolute_path))
                rule = "/".join(map(str, error.absolute_schema_path))
                told.append(("invalid", f"{place}: {error.json_path}: {error.message[:300]} [{rule}]"))
    totals.update(operations=len(operations), statuses=len(statuses))
    return totals, told


def main():
    folder = sys.argv[1]
    grouped = groupby(sys.stdin, key=lambda line: json.loads(line)["document"])
    with ProcessPoolExecutor(2) as pool:
        judged = [pool.submit(judge, folder, name, list(lines)) for name, lines in grouped]
        totals, told = Counter(), []
        for future in judged:
            counted, more = future.result()
            totals += counted
            told += more
    for kind in ("refused", "invalid"):
        # The first of each place: seeds differ in little else.
        places = {text.split(": ")[0]: text for said, text in reversed(told) if said == kind}
        for text in sorted(places.values()):
            print(f"{kind}: {text}")
    names = ("documents", "operations", "statuses", "values", "valid", "invalid", "refused", "other")
    print(", ".join(f"{totals[name]} {name}" for name in names), f"({totals['patterns']} patterns that Python does not read)")
    sys.exit(totals["invalid"] > 0)


main()
