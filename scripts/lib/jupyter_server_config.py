"""Configures every Jupyter server that is started in the set-up's environment: scripts/setup puts this file
into .venv/etc/jupyter.

The project's own notebooks are opened for reading: what somebody tries in them, and what JupyterLab saves by
itself every two minutes, would otherwise change files that belong to git. They run and can be changed like
any other, and "Save Notebook As…" keeps a copy; JupyterLab asks before it lets changes go. `scripts/lab
--edit` opens them for writing. They are trusted, as the code beside them is.
"""

import os
from fnmatch import fnmatch
from pathlib import Path

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

c = get_config()  # noqa: F821 - Jupyter puts it here

# The project's notebooks, seen from the folder notebooks.
COMMITTED = ("[0-9][0-9]_*.ipynb", "python.ipynb", "mine/template.ipynb")


class LabContents(AsyncLargeFileManager):
    """The files that JupyterLab shows, with the project's notebooks read-only and trusted."""

    def _is_committed(self, path):
        home = os.environ.get("SHATTERED_HOME")
        file = Path(self._get_os_path(path))
        folder = Path(home or "/", "notebooks")
        if not home or not file.is_relative_to(folder):
            return False
        name = file.relative_to(folder).as_posix()
        return any(name.count("/") == pattern.count("/") and fnmatch(name, pattern) for pattern in COMMITTED)

    def is_writable(self, path):
        editing = bool(os.environ.get("SHATTERED_EDIT"))
        return super().is_writable(path) and (editing or not self._is_committed(path))

    async def save(self, model, path=""):
        # A page that was opened when the file could be written.
        if await self.file_exists(path) and not self.is_writable(path):
            raise HTTPError(
                403,
                f'{path} is one of the project\'s notebooks: use "Save Notebook As…", or start scripts/lab'
                " --edit",
            )
        return await super().save(model, path)

    def mark_trusted_cells(self, nb, path=""):
        if self._is_committed(path):
            self.notary.mark_cells(nb, True)
        else:
            super().mark_trusted_cells(nb, path)


c.ServerApp.contents_manager_class = LabContents
