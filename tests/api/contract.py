"""Runs schemathesis over the seven operations: see README.md.

    python contract.py [more options for `st run`]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import support

HERE = pathlib.Path(__file__).resolve().parent
LINKS = {
    ("/sp-config/export", "post", "202"): "getSpConfigExportStatus",
    ("/sp-config/export/{id}", "get", "200"): "getSpConfigExport",
    ("/sp-config/import", "post", "202"): "getSpConfigImportStatus",
    ("/sp-config/import/{id}", "get", "200"): "getSpConfigImport",
}
ASKED = "Asked"


def adapted(liberal):
    """Returns the service's description, with our server's security, and with links that lead from
    a job that was accepted to its status, and from there to its download.

    Where it is to be liberal it says what is accepted beside what it says itself: null for whatever
    may be left out, and any word for a type, which fails the job and not the request."""
    schema = json.loads((HERE / "sp-config.openapi.json").read_text())
    components = schema["components"]
    components["securitySchemes"] = {"userAuth": {"type": "http", "scheme": "bearer"}}
    for path in schema["paths"].values():
        for operation in path.values():
            operation["security"] = [{"userAuth": []}]
    for (path, method, status), operation in LINKS.items():
        link = {"operationId": operation, "parameters": {"id": "$response.body#/jobId"}}
        schema["paths"][path][method]["responses"][status]["links"] = {operation: link}
    if liberal:
        # Of their own: answers stay as strict as they are.
        schemas = components["schemas"]
        for name in ("ExportPayload", "ExportOptions", "ImportOptions", "ObjectExportImportOptions"):
            schemas[name + ASKED] = loosened(json.loads(json.dumps(schemas[name])))
        for path in ("/sp-config/export", "/sp-config/import"):
            operation = schema["paths"][path]["post"]
            operation["requestBody"] = renamed(operation["requestBody"], schemas)
    return schema


def loosened(schema):
    if isinstance(schema, list):
        return [loosened(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: loosened(value) for key, value in schema.items() if key != "enum"}
    for inner in (out.get("properties") or {}).values():
        inner["nullable"] = True
    if "$ref" in out:
        out["$ref"] += ASKED
    return out


def renamed(schema, schemas):
    if isinstance(schema, list):
        return [renamed(inner, schemas) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: renamed(value, schemas) for key, value in schema.items()}
    if "$ref" in out and out["$ref"].split("/")[-1] + ASKED in schemas:
        out["$ref"] += ASKED
    return out


def run(url, mode, arguments):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as schema:
        json.dump(adapted(mode == "negative"), schema)
        schema.flush()
        environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=str(HERE))
        command = [
            pathlib.Path(sys.executable).parent / "st", "run", schema.name, "--url", url, "--mode", mode,
            "--header", f"Authorization: Bearer {support.token(url)}", "--checks", "all",
            "--continue-on-failure", "--output-truncate", "false", *arguments,
        ]
        return subprocess.run(command, env=environment, cwd=tempfile.gettempdir()).returncode


def main():
    arguments = sys.argv[1:]
    with support.postgres() as database, support.served(database) as url:
        failed = [mode for mode in ("positive", "negative") if run(url, mode, arguments) != 0]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


main()
