"""Checks for foreign documents, where two of schemathesis' own judge by another rule than standin's.

`declared_or_explained` stands for `status_code_conformance` and `not_a_server_error`. Most documents declare no status
for a refused request, so a status outside the document is right where standin accounts for it in a problem document
(RFC 9457).

`valid_data_is_accepted` stands for `positive_data_acceptance`. In its coverage phase schemathesis takes any text for any
`format`, which standin asserts. Where a document declares errors alone for an operation, one of them is the answer.

`invalid_data_is_refused` stands for `negative_data_rejection`. The fields of a form are texts: schemathesis writes `true`
where it means a boolean instead of a text, and the text that arrives is right.
"""

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import _expand_status_codes, negative_data_rejection, positive_data_acceptance

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def errors(response) -> list[dict]:
    """What standin accounts for in a problem document; nothing where the answer is something else."""
    if response.headers.get("content-type", [""])[0] != "application/problem+json":
        return []
    problem = response.json()
    return problem.get("errors", []) if problem.get("status") == response.status_code else []


def is_explained(response, method: str) -> bool:
    if method == "HEAD":  # Which has the header fields of the account alone (RFC 9110, section 9.3.2).
        return response.headers.get("content-type", [""])[0] == "application/problem+json"
    return bool(errors(response)) and 400 <= response.status_code < 500


@schemathesis.check
def declared_or_explained(ctx, response, case) -> None:
    method = case.method.upper()
    if method != case.operation.method.upper():
        return  # A method that this operation does not have: `unsupported_method` judges it.
    statuses = case.operation.responses.status_codes
    if not statuses and response.status_code == 200:
        return  # What standin answers where a document declares no answer at all.
    declared = "default" in statuses or response.status_code in set(_expand_status_codes(statuses))
    if declared and response.status_code < 500:
        return
    what = f"{response.status_code}, of {', '.join(map(str, statuses))}, without an explanation"
    assert is_explained(response, method), what


@schemathesis.check
def valid_data_is_accepted(ctx, response, case) -> None:
    statuses = case.operation.responses.status_codes
    if statuses and not any(status == "default" or status[0] in "23" for status in map(str, statuses)):
        return
    try:
        positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        if {error.get("code") for error in errors(response)} != {"schema.format"}:
            raise


@schemathesis.check
def invalid_data_is_refused(ctx, response, case) -> None:
    try:
        negative_data_rejection(ctx, response, case)
    except AcceptedNegativeData as failure:
        broken = [line for line in failure.message.splitlines() if "violates" in line or "Invalid component" in line]
        of_types = all("violates `type`" in line or "ncorrect type" in line or line.endswith("in body") for line in broken)
        if case.media_type not in FORMS or not of_types:
            raise
