"""Does with the vendor's own SDK what a client does: see README.md."""

import importlib
import json
import pathlib
import sys
import time

import support

FIXTURES = support.TREE / "fixtures/sp-config"
STEPS = []


def step(text):
    STEPS.append(text)
    print(f"  {text}")


class Api:
    """One version of the SDK's API; newer packages have one only, of which names end in V1."""

    def __init__(self, url, version):
        from sailpoint.configuration import Configuration, ConfigurationParams

        parameters = ConfigurationParams()
        parameters.base_url, parameters.client_id, parameters.client_secret = url, support.CLIENT, support.SECRET
        configuration = Configuration(parameters)
        assert configuration.access_token, "no token"
        configuration.experimental = True
        package = importlib.import_module(f"sailpoint.{version}")
        self.models = package
        self.api = package.SPConfigApi(package.ApiClient(configuration))
        step(f"{version}: a token, by the SDK's own configuration")

    def call(self, name, *args, **options):
        for candidate in (name, f"{name}_v1"):
            if hasattr(self.api, candidate):
                return getattr(self.api, candidate)(*args, **options)
        raise AttributeError(name)

    def model(self, name):
        return getattr(self.models, name)

    def wait(self, name, job):
        for _ in range(600):
            status = self.call(name, job)
            if status.status not in ("NOT_STARTED", "IN_PROGRESS"):
                return status
            time.sleep(0.1)
        raise TimeoutError(job)


def plain(model):
    return json.loads(model.to_json())


def conversation(url, version, content):
    api = Api(url, version)
    objects = api.call("list_sp_config_objects")
    assert {"RULE", "SOURCE"} <= {known.object_type for known in objects}
    step(f"{version}: {len(objects)} object types")

    data = ("import.json", content)
    job = api.call("import_sp_config", data=data, preview=True)
    assert (job.status, job.type) == ("NOT_STARTED", "IMPORT")
    status = api.wait("get_sp_config_import_status", job.job_id)
    assert status.status == "COMPLETE", plain(status)
    results = api.call("get_sp_config_import", job.job_id)
    infos = [info for of in results.results.values() for info in of.infos if info.key == "IMPORT_PREVIEW"]
    assert infos and results.export_job_id is None
    step(f"{version}: a preview of {len(infos)} objects: {infos[0].text!r} {infos[0].details}")

    options = api.model("ImportOptions")(exclude_backup=False, include_types=["TRANSFORM"])
    job = api.call("import_sp_config", data=data, options=options)
    status = api.wait("get_sp_config_import_status", job.job_id)
    assert status.status == "COMPLETE", plain(status)
    results = api.call("get_sp_config_import", job.job_id)
    imported = [of for result in results.results.values() for of in result.imported_objects]
    step(f"{version}: an import that wrote {len(imported)} objects, {status.message!r}")

    backup = results.export_job_id
    status = api.wait("get_sp_config_export_status", backup)
    assert status.status == "COMPLETE" and status.type == "EXPORT"
    file = api.call("get_sp_config_export", backup)
    step(f"{version}: its backup of {len(file.objects)} objects, {file.description!r}")

    payload = api.model("ExportPayload")(include_types=["TRANSFORM"], description="by the SDK")
    job = api.call("export_sp_config", export_payload=payload)
    assert job.type == "EXPORT" and job.description == "by the SDK"
    status = api.wait("get_sp_config_export_status", job.job_id)
    assert status.status == "COMPLETE", plain(status)
    file = api.call("get_sp_config_export", job.job_id)
    assert {entry.self_.type if hasattr(entry, "self_") else entry.var_self.type for entry in file.objects} == {"TRANSFORM"}
    step(f"{version}: an export of {len(file.objects)} transforms, {file.description!r}")

    payload = api.model("ExportPayload")(exclude_types=[], include_types=[], description="everything")
    job = api.call("export_sp_config", export_payload=payload)
    api.wait("get_sp_config_export_status", job.job_id)
    raw = api.api  # A job that there is not.
    try:
        api.call("get_sp_config_import_status", "ef38f94347e94562b5bb8424a56397d8")
        raise AssertionError("a job that there is not")
    except Exception as error:
        assert getattr(error, "status", None) == 404, error
    step(f"{version}: what there is not is a 404 that the SDK understands")


def versions():
    import sailpoint

    root = pathlib.Path(sailpoint.__path__[0])
    old = [name for name in ("beta", "v3", "v2024", "v2025", "v2026") if (root / name).is_dir()]
    if not old:
        return ["sp_config"]
    return [name for name in old if list((root / name / "api").glob("sp_config_api.py"))]


def main():
    content = (FIXTURES / "target.json").read_bytes()
    found = versions()
    with support.postgres() as database, support.served(database) as url:
        for version in found:
            print(version)
            conversation(url, version, content)
    print(f"{len(found)} versions, {len(STEPS)} steps, none failed")


if __name__ == "__main__":
    sys.exit(main())
