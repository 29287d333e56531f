"""Writes what the product is made of, from the locks, as CycloneDX: `make sbom` puts it into `dist/`."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OUT = ROOT / "dist"


def main() -> int:
    """Write one document per lock; return 0."""
    OUT.mkdir(exist_ok=True)
    uv = Path(sys.executable).with_name("uv")
    python = OUT / "sbom-python.cdx.json"
    command = [
        str(uv),
        "export",
        "--quiet",
        "--frozen",
        "--no-dev",
        "--all-extras",
        "--format",
        "cyclonedx1.5",
        "--output-file",
        str(python),
    ]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    pages = OUT / "sbom-javascript.cdx.json"
    pages.write_text(json.dumps(javascript(json.loads((ROOT / "package-lock.json").read_text())), indent=1) + "\n")
    print(f"{python.relative_to(ROOT)}, {pages.relative_to(ROOT)}")
    return 0


def javascript(lock: dict[str, Any]) -> dict[str, Any]:
    """Return the packages of npm's lock with their hashes, as CycloneDX 1.5; `scope` tells those that only tests and the build use."""
    found = [(path.rpartition("node_modules/")[2], one) for path, one in sorted(lock["packages"].items()) if path]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": lock.get("name", "antiphon-pages")}},
        "components": [_component(name, one) for name, one in found],
    }


def _component(name: str, one: dict[str, Any]) -> dict[str, Any]:
    algorithm, _, digest = str(one["integrity"]).partition("-")
    return {
        "type": "library",
        "name": name,
        "version": one["version"],
        "purl": f"pkg:npm/{name.replace('@', '%40')}@{one['version']}",
        "scope": "excluded" if one.get("dev") else "required",
        "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
        **({"licenses": [{"expression": one["license"]}]} if one.get("license") else {}),
    }


if __name__ == "__main__":
    sys.exit(main())
