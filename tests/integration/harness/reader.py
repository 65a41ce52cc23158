"""Reads reports with other people's readers: a request a line, an answer a line."""

import io
import json
import re
import sys
import traceback

import jsonschema
import junitparser
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

SCHEMA = None


def strict(node):
    """The schema with no place for keys that it does not know: what is printed has to be described."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: strict(value) for key, value in node.items()}
    if "object" in node.get("type", ()) and "properties" in node:
        node.setdefault("additionalProperties", False)
    return node


def schema(text, _):
    global SCHEMA
    SCHEMA = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return None


def document(text, part):
    instance = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(instance)
    of_part = dict(strict({"$defs": SCHEMA["$defs"]}), **{"$ref": f"#/$defs/{part}"})
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(of_part).iter_errors(instance))
    if error:
        raise error
    return None


def junit(text, _):
    xml = junitparser.JUnitXml.fromroot(junitparser.junitparser.etree.fromstring(text.encode()))
    cases = []
    suites = []
    for suite in xml:
        counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suites.append({"name": suite.name, "properties": {p.name: p.value for p in suite.properties()}})
        for case in suite:
            kinds = [type(result).__name__.lower() for result in case.result] or ["passed"]
            messages = [f"{result.type} {result.message}" for result in case.result]
            cases.append({"suite": suite.name, "name": case.name, "result": kinds[0], "messages": messages, "output": case.system_out})
        suite.update_statistics()
        assert counted == (suite.tests, suite.failures, suite.errors, suite.skipped), counted
    return {"suites": suites, "cases": cases, "failures": xml.failures, "errors": xml.errors, "tests": xml.tests}


def prometheus(text, _):
    assert text.endswith("\n")
    samples = []
    seen = set()
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type == "gauge", family
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in seen, key
            seen.add(key)
            samples.append({"name": sample.name, "labels": sample.labels, "value": sample.value})
    return samples


# As the development guidelines of the monitoring plugins have it: 'label'=value[UOM];[warn];[crit];[min];[max]
PERFDATA = re.compile(r"('[^'=]+'|[^ '=]+)=(-?[0-9.]+|U)(s|us|ms|%|B|KB|MB|TB|c)?(;[-0-9.:~@]*){0,4}")
STATES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


def nagios(text, _):
    first, *rest = text.rstrip("\n").split("\n")
    head, data = first.split("|")
    state, said = re.fullmatch(r"DBDOCTOR (OK|WARNING|CRITICAL|UNKNOWN) - (.+)", head.strip()).groups()
    assert not any("|" in line for line in rest), text
    values = {}
    for item in data.split():
        match = PERFDATA.fullmatch(item)
        assert match, item
        values[match[1]] = float(match[2])
    return {"state": STATES[state], "said": said, "values": values}


# As actions/runner reads a line (ActionCommand.cs): "::name key=value,key=value::message"
COMMAND = re.compile(r"::([^ :]+)(?: (.*?))?::(.*)")


def unescaped(text, names):
    for name, char in names:
        text = text.replace(name, char)
    return text


def github(text, _):
    commands = []
    plain = []
    for line in text.rstrip("\n").split("\n"):
        if not line.strip().startswith("::"):
            assert "##[" not in line, line
            plain.append(line)
            continue
        name, properties, message = COMMAND.fullmatch(line.strip()).groups()
        data = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
        properties = dict(item.split("=", 1) for item in (properties or "").split(",") if item)
        properties = {key: unescaped(value, [("%3A", ":"), ("%2C", ","), *data]) for key, value in properties.items()}
        commands.append({"name": name, "properties": properties, "message": unescaped(message, data)})
    return {"commands": commands, "plain": plain}


def markdown(text, _):
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    seen = {"headings": [], "rows": [], "code": [], "html": [], "links": [], "text": []}
    inside = None
    row = []
    for token in tokens:
        if token.type in ("heading_open", "td_open", "th_open", "paragraph_open"):
            inside = token.type
        if token.type == "tr_open":
            row = []
        if token.type == "tr_close":
            seen["rows"].append(row)
        if token.type in ("fence", "code_block"):
            seen["code"].append(token.content)
        if token.type == "html_block":
            seen["html"].append(token.content)
        if token.type == "inline":
            words = "".join(child.content if child.type in ("text", "text_special", "code_inline") else "\n" if "break" in child.type else "" for child in token.children)
            seen["html"] += [child.content for child in token.children if child.type == "html_inline"]
            seen["links"] += [child.attrs for child in token.children if child.type in ("link_open", "image")]
            if inside == "heading_open":
                seen["headings"].append(words)
            elif inside in ("td_open", "th_open"):
                row.append(words)
            else:
                seen["text"].append(words)
    return seen


READERS = {f.__name__: f for f in (schema, document, junit, prometheus, nagios, github, markdown)}

for line in io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8"):
    request = json.loads(line)
    try:
        answer = {"seen": READERS[request["reader"]](request["text"], request.get("part"))}
    except Exception as error:
        answer = {"error": f"{error}\n{traceback.format_exc(limit=2)}"[:4000]}
    print(json.dumps(answer), flush=True)
