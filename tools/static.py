"""Copies what the pages load from node_modules into src/antiphon/static/vendor: two scripts, the charts, the icons in use."""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
PACKAGE = ROOT / "src" / "antiphon"
VENDOR = PACKAGE / "static" / "vendor"

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.js",
    "htmx.org/LICENSE": "licences/htmx.txt",
    "echarts/dist/echarts.min.js": "echarts.js",
    "echarts/LICENSE": "licences/echarts.txt",
    "echarts/NOTICE": "licences/echarts-notice.txt",
    "zrender/LICENSE": "licences/zrender.txt",
    "tslib/LICENSE.txt": "licences/tslib.txt",
    "@tabler/icons/LICENSE": "licences/tabler-icons.txt",
}
_USES = re.compile(r"""(?:data-icon=|icon=|icon:\s*str\s*=\s*|\{%\s*icon\s+|Icon\()["']([a-z0-9-]+)["']""")
_NAMES = re.compile(r"^ICONS\b[^{\[(]*[{\[(](.*?)[}\])]$", re.DOTALL | re.MULTILINE)
_QUOTED = re.compile(r"""["']([a-z0-9-]+)["']\s*[,)\]}\n]""")


def main() -> int:
    """Build the folder anew; return 1, with the names, when an icon is used that does not exist."""
    icons = used_icons(PACKAGE)
    unknown = sorted(name for name in icons if not _icon(name).is_file())
    if unknown:
        print(f"no such icons: {', '.join(unknown)}", file=sys.stderr)
        return 1
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for source, target in FILES.items():
        _copy(MODULES / source, fresh / target)
    for name in icons:
        _copy(_icon(name), fresh / "icons" / f"{name}.svg")
    (fresh / "icons.css").write_text(_rules(icons), encoding="utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    return 0


def used_icons(folder: Path) -> list[str]:
    """Return the icons that templates, scripts and modules name: `data-icon="…"`, `{% icon "…" %}`, `icon="…"`, a table called ICONS."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".js", ".py", ".jinja"} and "vendor" not in path.parts:
            text = path.read_text(encoding="utf-8")
            found.update(_USES.findall(text))
            found.update(name for table in _NAMES.findall(text) for name in _QUOTED.findall(table))
    return sorted(found)


def _icon(name: str) -> Path:
    return MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"


def _rules(icons: list[str]) -> str:
    """Return one line of CSS per icon; a layer of its own comes before nothing, so the page's layers decide."""
    return "".join(f'.icon[data-icon="{name}"] {{ mask-image: url("icons/{name}.svg"); }}\n' for name in icons)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())
