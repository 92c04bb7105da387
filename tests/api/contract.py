"""Runs schemathesis over the seven operations: see README.md.

    python contract.py [--beta] [more options for `st run`]
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
    "/sp-config/export": ["getSpConfigExportStatus", "getSpConfigExport"],
    "/sp-config/import": ["getSpConfigImportStatus", "getSpConfigImport"],
}


def adapted():
    """Returns the service's description, with our server's security, and with links that lead from
    a job that was accepted to its status and its download."""
    schema = json.loads((HERE / "sp-config.openapi.json").read_text())
    schema["components"]["securitySchemes"] = {"userAuth": {"type": "http", "scheme": "bearer"}}
    for path in schema["paths"].values():
        for operation in path.values():
            operation["security"] = [{"userAuth": []}]
    for path, operations in LINKS.items():
        accepted = schema["paths"][path]["post"]["responses"]["202"]
        accepted["links"] = {
            operation: {"operationId": operation, "parameters": {"id": "$response.body#/jobId"}}
            for operation in operations
        }
    return schema


def main():
    arguments = sys.argv[1:]
    base = ""
    if arguments[:1] == ["--beta"]:
        base, arguments = "/beta", arguments[1:]
    with support.postgres() as database, support.served(database) as url:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as schema:
            json.dump(adapted(), schema)
            schema.flush()
            environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=str(HERE))
            command = [
                pathlib.Path(sys.executable).parent / "st", "run", schema.name, "--url", url + base,
                "--header", f"Authorization: Bearer {support.token(url)}", "--checks", "all",
                "--continue-on-failure", "--output-truncate", "false", *arguments,
            ]
            sys.exit(subprocess.run(command, env=environment, cwd=tempfile.gettempdir()).returncode)


main()
