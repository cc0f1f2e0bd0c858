"""`make setup`: the .venv with exactly the pinned packages. Runs before anything is installed, on any Python 3.

Standard library only, and no syntax newer than Python 3.6: an old Python must get as far as the sentence that says so.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
PINS = os.path.join(ROOT, "requirements-dev.txt")
STAMP = os.path.join(VENV, "installed")
NAMES = ["python3.11", "python3.12", "python3.13", "python3.14", "python3", "python"]


def main() -> None:
    wanted = fingerprint()
    if is_up_to_date(wanted):
        return
    started = time.time()
    if not works(PYTHON):
        shutil.rmtree(VENV, ignore_errors=True)
        say("making .venv with Python {}".format(".".join(map(str, version_of(interpreter())))))
        make_venv()
    say("installing the pinned packages (about half a minute)")
    install()
    with open(STAMP, "w") as file:
        file.write(wanted)
    say(f"packages installed in {time.time() - started:.0f} s")


def say(sentence: str) -> None:
    print("setup: " + sentence, flush=True)


def fingerprint() -> str:
    with open(PINS, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def is_up_to_date(wanted: str) -> bool:
    try:
        with open(STAMP) as file:
            return file.read() == wanted and works(PYTHON)
    except OSError:
        return False


def works(python: str) -> bool:
    """True when `python` runs and is new enough; a .venv copied from elsewhere or left by an upgrade does not run."""
    return version_of(python) >= OLDEST


def version_of(python: str) -> "tuple[int, ...]":
    try:
        told = subprocess.check_output(
            [python, "-c", "import sys; print('%d %d' % sys.version_info[:2])"], stderr=subprocess.DEVNULL
        )
        return tuple(int(part) for part in told.split())
    except (OSError, ValueError, subprocess.CalledProcessError):
        return (0, 0)


def interpreter() -> str:
    """The Python that runs this if it is new enough, else one found on the path."""
    for candidate in [sys.executable, *NAMES]:
        path = shutil.which(candidate)
        if path and works(path):
            return path
    found = ".".join(map(str, sys.version_info[:2]))
    sys.exit(
        f"This needs Python 3.11 or newer, and only {found} was found. Install a newer one "
        "(for example `apt install python3.11 python3.11-venv`), or name it: make PYTHON=/path/to/python3."
    )


def make_venv() -> None:
    if subprocess.call([interpreter(), "-m", "venv", VENV]):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("Python could not make .venv; on Debian and Ubuntu install python3-venv, then try again.")


def install() -> None:
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "-r", PINS]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    if subprocess.call(command + quiet, stdin=subprocess.DEVNULL):
        sys.exit("The packages could not be installed (see above). Is the package index reachable?")


if __name__ == "__main__":
    main()
