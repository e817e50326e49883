"""Judges answers of the Kayle contract (JSON lines on standard input) with Python's jsonschema, which knows nothing of standin."""

import json
import sys

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

with open(sys.argv[1], encoding="utf-8") as file:
    document = yaml.safe_load(file)
registry = Registry().with_resource("urn:contract", Resource(contents=document, specification=DRAFT202012))
place = "/paths/~1v1~1webhooks~1endpoints/post/responses/200/content/application~1json/schema"
validator = Draft202012Validator({"$ref": f"urn:contract#{place}"}, registry=registry, format_checker=FormatChecker())

passed = failed = 0
secrets = set()
for line in sys.stdin:
    answer = json.loads(line)
    sent, body = answer["request"], answer["response"]
    problems = [error.message for error in validator.iter_errors(body)]
    endpoint = body["data"]["endpoint"]
    # What the schema cannot say.
    if answer["status"] != 200:
        problems.append(f"status {answer['status']}")
    if (endpoint["disabled_at"] is None) != endpoint["enabled"]:
        problems.append("disabled_at is null exactly while the endpoint is enabled")
    if endpoint["created_at"] != endpoint["updated_at"]:
        problems.append("created_at and updated_at differ")
    if endpoint["url"] != sent["url"] or endpoint["name"] != (sent["name"].strip() if "name" in sent else None):
        problems.append("what was sent did not come back")
    if endpoint["enabled"] != sent.get("enabled", True):
        problems.append("enabled is not what was sent")
    if body["data"]["signing_secret"] in secrets:
        problems.append("the secret was given before")
    secrets.add(body["data"]["signing_secret"])
    if problems:
        failed += 1
        print(f"seed {answer['seed']}: {problems}")
    else:
        passed += 1
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed < int(sys.argv[2]))
