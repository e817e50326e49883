"""Reads an LCOV tracefile by the format that geninfo(1) describes under FILES, and says what is in it.

It shares nothing with what wrote the file. What is not as described ends it with an error.
"""

import sys


def numbers(text, count):
    parts = text.split(",", count - 1)
    assert len(parts) == count, f"expected {count} fields in {text!r}"
    return parts


def check(condition, line, why):
    if not condition:
        sys.exit(f"line {line}: {why}")


def main(path):
    record, lines, functions, hits, told = None, {}, {}, {}, {}
    total = {"files": 0, "lines": 0, "lines hit": 0, "functions": 0, "functions hit": 0}
    with open(path, encoding="utf-8") as file:
        for at, line in enumerate((line.rstrip("\n") for line in file), start=1):
            key, _, value = line.partition(":")
            if key == "TN":
                check(record is None, at, "a test name inside a record")
            elif key == "SF":
                check(record is None, at, "a record inside a record")
                check(value, at, "a record without a file")
                record, lines, functions, hits, told = value, {}, {}, {}, {}
            elif line == "end_of_record":
                check(record is not None, at, "the end of no record")
                check(functions.keys() == hits.keys(), at, "functions without counts, or counts without functions")
                expected = {
                    "FNF": len(functions),
                    "FNH": sum(count > 0 for count in hits.values()),
                    "LF": len(lines),
                    "LH": sum(count > 0 for count in lines.values()),
                }
                check(told == expected, at, f"expected the totals {expected}, found {told}")
                check(all(line in lines for line in functions.values()), at, "a function on a line without a count")
                total["files"] += 1
                total["functions"] += expected["FNF"]
                total["functions hit"] += expected["FNH"]
                total["lines"] += expected["LF"]
                total["lines hit"] += expected["LH"]
                record = None
            else:
                check(record is not None, at, f"{line!r} outside a record")
                if key == "FN":
                    number, name = numbers(value, 2)
                    check(name not in functions, at, f"the function {name!r} twice")
                    functions[name] = int(number)
                elif key == "FNDA":
                    count, name = numbers(value, 2)
                    check(name in functions, at, f"a count for {name!r}, which is no function")
                    hits[name] = int(count)
                elif key == "DA":
                    number, count = map(int, numbers(value, 2))
                    check(number > max(lines, default=0), at, "lines out of order")
                    check(count >= 0, at, "a count below 0")
                    lines[number] = count
                elif key in ("FNF", "FNH", "LF", "LH"):
                    told[key] = int(value)
                else:
                    check(False, at, f"expected a line of a tracefile, found {line!r}")
    if record is not None:
        sys.exit("the last record has no end")
    for name, count in total.items():
        print(f"{name}: {count}")


main(sys.argv[1])
