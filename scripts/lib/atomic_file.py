"""Writes files that are complete or not there, in the way of internal/atomicfile."""

import contextlib
import errno
import fcntl
import os
import re
import secrets

UNFINISHED = re.compile(r"\.unfinished-[0-9a-f]{16}")

# What file systems say that can't be asked to bring a file to the disk.
CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


def write(path, text):
    """Makes the file at path, with the rights that the umask leaves. After an error nothing of it is left,
    and what was there stays.
    """
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    collect(folder)
    temporary = folder / f".unfinished-{secrets.token_hex(8)}"
    try:
        with open(temporary, "x", encoding="utf-8") as file:
            # The lock shows others that this process lives. Without locks they go by the file's age.
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.write(text)
            file.flush()
            sync(file.fileno())
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    with contextlib.suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            sync(descriptor)
        finally:
            os.close(descriptor)


def sync(descriptor):
    """Brings a file, or the list of a folder's files, to the disk."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in CANNOT_SYNC:
            raise


def collect(folder):
    """Removes what processes that were killed have left unfinished in the folder."""
    for name in os.listdir(folder):
        if UNFINISHED.fullmatch(name):
            # A living process holds a lock; so do we while we remove the file.
            with contextlib.suppress(OSError), open(folder / name, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(folder / name)
