"""A private PostgreSQL and a server of this tree, for as long as a script runs."""

import contextlib
import json
import os
import pathlib
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

TREE = pathlib.Path(__file__).resolve().parents[2]
GATEDIFF = pathlib.Path(os.environ.get("GATEDIFF", TREE / "target/debug/gatediff"))
CLIENT = "contract-tests"
SECRET = secrets.token_hex(24)


def programs():
    """Returns the directory of PostgreSQL's server programs."""
    given = os.environ.get("GATEDIFF_PG_BIN")
    found = [pathlib.Path(given)] if given else sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    if not found and shutil.which("initdb"):
        found = [pathlib.Path(shutil.which("initdb")).parent]
    return found[-1]


@contextlib.contextmanager
def postgres():
    """Runs a PostgreSQL of its own and gives the address of its database."""
    if "DATABASE_URL" in os.environ:
        yield os.environ["DATABASE_URL"]
        return
    # The server refuses to run as root.
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="gatediff-api-") as directory:
        if os.getuid() == 0:
            shutil.chown(directory, user)
        data = f"{directory}/data"
        as_user = {"user": user} if os.getuid() == 0 else {}
        run = lambda *args: subprocess.run(args, check=True, stdout=subprocess.DEVNULL, **as_user)
        run(programs() / "initdb", "-D", data, "-A", "trust", "-U", "gatediff", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={directory} -c fsync=off"
        run(programs() / "pg_ctl", "-D", data, "-l", f"{directory}/log", "-w", "-o", options, "start")
        try:
            yield f"postgresql://gatediff@/postgres?host={urllib.parse.quote(directory)}"
        finally:
            run(programs() / "pg_ctl", "-D", data, "-m", "immediate", "stop")


@contextlib.contextmanager
def served(database_url):
    """Runs `gatediff serve` with one client and gives its address."""
    hashed = subprocess.run(
        [GATEDIFF, "serve", "hash-secret"], input=SECRET, text=True, check=True, capture_output=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory(prefix="gatediff-api-") as home:
        config = pathlib.Path(home) / ".config/gatediff"
        config.mkdir(parents=True)
        (config / "config.toml").write_text(
            f'[[serve.clients]]\nid = "{CLIENT}"\nsecret_hash = "{hashed}"\n'
            'scopes = ["sp:config:read", "sp:config:manage"]\n'
        )
        environment = {"HOME": home, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "USER": "tester"}
        server = subprocess.Popen(
            [GATEDIFF, "serve", "--listen", "127.0.0.1:0", "--database-url", database_url, "--queue", "5000"],
            env=environment, stdout=subprocess.PIPE, text=True,
        )
        try:
            url = server.stdout.readline().split(" ")[0]
            if not url.startswith("http://"):
                sys.exit("the server did not begin")
            yield url
        finally:
            server.terminate()
            if server.wait(timeout=120) not in (0,):
                print(f"the server ended with {server.returncode}", file=sys.stderr)


def token(url):
    """Gets a bearer token."""
    form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    request = urllib.request.Request(f"{url}/oauth/token", urllib.parse.urlencode(form).encode())
    with urllib.request.urlopen(request) as response:
        return json.load(response)["access_token"]
