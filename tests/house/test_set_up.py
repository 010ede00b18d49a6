"""Set-up stays two commands on a bare machine: hashed locks without an address, and one POSIX script."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.finding import chromium

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
SETS = ("build", "run", "test")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==([^\s;\\]+)", re.MULTILINE)
ASKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", re.MULTILINE)


def locked(name: str) -> str:
    """The text of one lock."""
    return (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")


def pins(name: str) -> set[tuple[str, str]]:
    """What one lock holds: names with versions (one name has two where they differ by Python's version)."""
    return set(PINNED.findall(locked(name)))


@pytest.mark.parametrize("name", SETS)
def test_each_locked_package_carries_its_hashes(name: str) -> None:
    packages = [block for block in re.split(r"\n(?=\S)", locked(name)) if "==" in block]
    assert packages
    assert [block.split("\n")[0] for block in packages if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("ending", ["in", "txt"])
def test_no_address_is_written(name: str, ending: str) -> None:
    text = (REQUIREMENTS / f"{name}.{ending}").read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url.*|--find-links.*|--trusted-host.*", text) == []


@pytest.mark.parametrize("name", SETS)
def test_each_direct_dependency_is_locked(name: str) -> None:
    asked = ASKED.findall((REQUIREMENTS / f"{name}.in").read_text(encoding="utf-8"))
    normal = {re.sub(r"[-_.]+", "-", package).lower() for package in asked}
    assert normal
    assert normal - {package for package, _version in pins(name)} == set()


def test_tests_run_on_the_very_versions_that_serve() -> None:
    assert pins("run") - pins("test") == set()


@pytest.mark.parametrize("script", ["run", "requirements/compile", ".ci/run"])
def test_scripts_may_be_executed(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    text = (ROOT / script).read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n" if script == ".ci/run" else "#!/bin/sh\n")


@pytest.mark.parametrize("script", ["run", "requirements/compile"])
def test_scripts_are_plain_sh(script: str) -> None:
    subprocess.run(["sh", "-n", ROOT / script], check=True)
    text = (ROOT / script).read_text(encoding="utf-8")
    assert re.findall(r"\[\[|^\s*function |\blocal |<\(|<<<|\$'|&>|\bsource ", text, re.MULTILINE) == []


def test_help_names_each_thing_one_may_ask(tmp_path: Path) -> None:
    said = subprocess.run([ROOT / "run"], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert re.findall(r"^ +\./run (\w+)", said.stdout, re.MULTILINE) == ["demo", "coopter", "test", "check"]
    assert said.stderr == ""


def test_what_is_not_known_is_refused_with_the_help(tmp_path: Path) -> None:
    said = subprocess.run([ROOT / "run", "dmeo"], check=False, capture_output=True, text=True, cwd=tmp_path)
    assert (said.returncode, said.stdout) == (2, "")
    assert "./run demo" in said.stderr


@pytest.mark.parametrize("folder", [".cache/ms-playwright", "elsewhere"])
@pytest.mark.parametrize("made", [(), ("chromium-900", "chromium-1255", "chromium_headless_shell-1300")])
def test_the_script_and_the_tests_look_for_the_same_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, made: tuple[str, ...]
) -> None:
    """On Ubuntu `run` takes the Chromium that Playwright installs; the tests find that very one."""
    for name in made:
        binary = tmp_path / folder / name / "chrome-linux64" / "chrome"
        binary.parent.mkdir(parents=True)
        binary.write_bytes(b"")
        binary.chmod(0o755)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ls").symlink_to(str(shutil.which("ls")))
    environment = {"HOME": str(tmp_path), "PATH": str(tools)}
    if folder == "elsewhere":
        environment["PLAYWRIGHT_BROWSERS_PATH"] = str(tmp_path / folder)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    text = (ROOT / "run").read_text(encoding="utf-8")
    has = re.findall(r"^has\(\) .*$", text, re.MULTILINE)
    browser_lacks = re.findall(r"^browser_lacks\(\) {.*?^}$", text, re.MULTILINE | re.DOTALL)
    asked = "\n".join([*has, *browser_lacks, "browser_lacks"])
    lacks = subprocess.run(["/bin/sh", "-c", asked], env=environment, check=False).returncode == 0

    found = chromium()

    assert lacks is (found is None) is (not made)
    assert found is None or "chromium-1255" in found


def test_no_path_of_one_machine_in_the_scripts() -> None:
    text = "".join((ROOT / script).read_text(encoding="utf-8") for script in ("run", "requirements/compile", ".ci/run"))
    assert re.findall(r"/(?:home|root|work|Users|opt)/\S*", text) == []


def test_without_root_nor_sudo_it_names_the_packages_to_ask_for(tmp_path: Path) -> None:
    house, tools = tmp_path / "house", tmp_path / "tools"
    house.mkdir()
    tools.mkdir()
    shutil.copy(ROOT / "run", house / "run")
    shutil.copytree(REQUIREMENTS, house / "requirements")
    for name in ("sh", "dirname", "cat", "cmp"):
        (tools / name).symlink_to(str(shutil.which(name)))
    for name, answer in {"id": "echo 1000", "python3": 'case "$*" in *version_info*) ;; *) exit 1 ;; esac'}.items():
        (tools / name).write_text(f"#!/bin/sh\n{answer}\n", encoding="ascii")
        (tools / name).chmod(0o755)

    said = subprocess.run(
        [house / "run", "test"], check=False, capture_output=True, text=True, env={"PATH": str(tools)}, cwd=tmp_path
    )

    assert (said.returncode, said.stdout) == (1, "")
    assert "apt-get install python3-venv libpango-1.0-0 libpangoft2-1.0-0 chromium libatomic1" in said.stderr
    assert not (house / ".venv").exists()
