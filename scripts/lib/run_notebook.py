"""Runs a notebook without a browser, cell by cell, on the kernel that it names, or else `gonb`, of the
environment that runs this.

It shows on the terminal which cell runs and for how long, stops at the first cell that fails and says in one
sentence why, and leaves no process of a cell behind when it is stopped or a cell takes too long. Working
folder of the cells: the notebook's.

Exit status: 0 when every cell ran, 1 when one failed, 2 for a wrong command line, 130 when stopped, 141 when
stopped because nobody reads what it prints (a pipe to `head`).
"""

import argparse
import asyncio
import contextlib
import html
import os
import re
import signal
import sys
import tempfile
from pathlib import Path
from queue import Empty

import nbformat
import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

import atomic_file
import pages
from notebook_progress import Progress

KERNEL = "gonb"

# A cell that is asked to stop gets this long to save what it must; GoNB ends it after the same time.
GRACE_SECONDS = 5

# Metadata of cells that differs from run to run.
VOLATILE = ("execution", "ExecuteTime", "collapsed", "scrolled")


class NotebookError(Exception):
    """A notebook that did not run to its end; the message is one sentence."""


class Unread(Exception):
    """A run that was stopped because its output is a pipe that nobody reads any more."""


class Stopping:
    """Cancels the running task, once, when the process is asked to stop."""

    def __init__(self):
        self.asked = False
        self.task = asyncio.current_task()
        self.signals = [signal.SIGINT, signal.SIGTERM]
        # Under nohup a run outlives its terminal.
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            self.signals.append(signal.SIGHUP)

    def listen(self):
        for number in self.signals:
            asyncio.get_running_loop().add_signal_handler(number, self.stop)

    def stop(self):
        if not self.asked:
            self.asked = True
            self.task.cancel()


class Client(NotebookClient):
    """A notebook client that passes on what a cell reports about its progress while it runs."""

    def process_message(self, msg, cell, cell_index):
        page = msg.get("content", {}).get("data", {}).get("text/html", "")
        if "<progress" in page:
            self.progress.status = html.unescape(re.sub(r"<[^>]*>", " ", page)).strip()
        return super().process_message(msg, cell, cell_index)


def sentence(cell, error):
    """Says in one sentence why a cell failed.

    Our own code ends a failing cell with a line `error: ...` on standard error, and the kernel begins with
    such a line what the Go compiler says. Otherwise it is the first thing that the Go runtime says, without
    the stack, and the line where GoNB says it happened.
    """
    if error.ename != "ERROR":  # of Python
        return f"{error.ename}: {error.evalue}".splitlines()[0]
    text = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("exit status")]
    for line in lines:
        if line.startswith("error: "):
            return line.removeprefix("error: ")
    flag = re.search(r"Unknown flags? in XLA_FLAGS: *(.+)", text)
    if flag:
        return (
            f"XLA does not know {flag[1].strip()}, which the variable XLA_FLAGS holds: take it out there, or"
            " unset XLA_FLAGS"
        )
    if "signal: killed" in text + error.evalue + error.traceback:
        return (
            "the system ended it (signal: killed), most likely because the memory did not suffice: give this"
            " machine or container 2 GB or more"
        )
    for line in lines:
        if line.startswith(("panic: ", "fatal error: ")):
            # GoNB finds the place only where it gets the line of the stack in one piece.
            place = re.search(r"cell \d+, line \d+", text)
            return f"{line} ({place[0]})" if place else line
    first = error.evalue.strip().splitlines()[0]
    if first.startswith("error: "):
        return first.removeprefix("error: ")
    return lines[-1] if lines else first


async def stop_cell(manager, client):
    """Asks the running cell to stop, as the stop button does, and gives it some time to end."""
    # nbclient leaves its readers of the cell's messages behind, which would complain when the channels close.
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await manager.interrupt_kernel()
    with contextlib.suppress(Empty):
        await client.kc.get_shell_msg(timeout=GRACE_SECONDS)


async def end_kernel(client, session):
    """Ends the kernel, and whatever is left of what it started: a cell's program, the language server."""
    if client.kc:
        client.kc.stop_channels()
    # Of a kernel that did not start nbclient has let go already.
    if client.km:
        await client.km.shutdown_kernel()
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == session:
                process.kill()


async def keep_ticking(progress):
    while True:
        await asyncio.sleep(0.5)
        progress.tick()


async def execute(notebook, folder, timeout, progress, log):
    """Runs the notebook's cells in place, on a kernel of its own that has ended when this returns."""
    name = kernel(notebook)
    manager = AsyncKernelManager(kernel_name=name)
    client = Client(notebook, km=manager, timeout=timeout, record_timing=False, startup_timeout=1200)
    client.progress = progress
    client.on_cell_executed = lambda cell, cell_index, execute_reply: progress.done(cell, execute_reply)
    stopping = Stopping()
    stopping.listen()
    progress.on_unread = stopping.stop

    def start_cell(cell, cell_index):
        # By now nbclient has set signal handlers of its own, which end the kernel and leave the cell's
        # process.
        stopping.listen()
        progress.start(cell_index)

    client.on_cell_execute = start_cell
    try:
        # Nobody asks this run for completion.
        arguments = ["-raw_error=true"] if name == KERNEL else []
        await manager.start_kernel(cwd=str(folder), extra_arguments=arguments, stdout=log, stderr=log)
    except (NoSuchKernel, FileNotFoundError):
        raise NotebookError(f"the kernel {name} is not installed: run scripts/setup") from None
    # Jupyter starts a kernel as the leader of a session of its own.
    session = manager.provisioner.pid
    ticker = asyncio.create_task(keep_ticking(progress))
    try:
        await client.async_start_new_kernel_client()
        await client.async_execute()
    except CellTimeoutError:
        await stop_cell(manager, client)
        raise NotebookError(f"cell {progress.number} took longer than {timeout} s and was stopped") from None
    except CellExecutionError as error:
        failed = notebook.cells[list(progress.labels)[progress.number - 1]]
        raise NotebookError(f"cell {progress.number} failed: {sentence(failed, error)}") from None
    except (DeadKernelError, RuntimeError, asyncio.CancelledError):
        # nbclient takes a cancelled wait for a dead kernel; a kernel that does not start is a plain
        # RuntimeError.
        if not stopping.asked:
            when = f"during cell {progress.number}" if progress.number else "before the first cell"
            raise NotebookError(f"the kernel ended {when}{last_words(log)}") from None
        if client.kc:
            await stop_cell(manager, client)
        raise (Unread if progress.unread else KeyboardInterrupt) from None
    finally:
        ticker.cancel()
        await end_kernel(client, session)


def last_words(log):
    """Returns the fatal error in the kernel's log, for the end of a sentence."""
    log.seek(0)
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read().decode(errors="replace"))
    fatal = re.search(r"^F\d{4} .*?\] (?:\[\w+\] *)?(.+)$", text, flags=re.MULTILINE)
    return (
        f": {fatal[1]}" if fatal else ", without saying why (the system may have ended it for want of memory)"
    )


def kernel(notebook):
    """Returns the name of the notebook's kernel."""
    return notebook.metadata.get("kernelspec", {}).get("name", KERNEL)


def tidy(notebook):
    """Removes what differs from run to run, so that a committed notebook changes only when its content
    does.
    """
    for cell in notebook.cells:
        for key in VOLATILE:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    if kernel(notebook) == KERNEL:
        notebook.metadata.kernelspec = {"display_name": "Go (Shattered)", "language": "go", "name": KERNEL}
    notebook.metadata.get("language_info", {}).pop("version", None)


def joined(outputs):
    """Returns outputs with text that came in pieces, one behind the other, as one: how it came depends on how
    busy the machine was.
    """
    whole = []
    for output in outputs:
        last = whole[-1] if whole else None
        if (
            output.output_type == "stream"
            and last
            and last.output_type == "stream"
            and last.name == output.name
        ):
            last.text += output.text
        else:
            whole.append(output)
    return whole


def write(path, text):
    """Writes a file so that nobody sees half of it."""
    try:
        atomic_file.write(path, text)
    except OSError as error:
        raise NotebookError(f"can't write {path}: {error.strerror}") from None


def run(arguments):
    path = arguments.notebook
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise NotebookError(f"can't read the notebook: {error}") from None
    progress = Progress(notebook, arguments.print)
    with tempfile.TemporaryFile() as log:
        try:
            asyncio.run(execute(notebook, path.resolve().parent, arguments.timeout, progress, log))
        except BaseException:
            progress.abandon()
            raise
        finally:
            tidy(notebook)
            if arguments.html:
                write(arguments.html, pages.notebook_page(notebook, path.stem))
    if arguments.output:
        write(arguments.output, nbformat.writes(notebook) + "\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebook", type=Path)
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write the notebook with its outputs as a page, also when a cell fails",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write the notebook with its outputs when every cell ran"
    )
    parser.add_argument("--print", action="store_true", help="show on the terminal what the cells print")
    parser.add_argument(
        "--timeout",
        type=int,
        metavar="SECONDS",
        help="how long a cell may take (default: as long as it wants)",
    )
    arguments = parser.parse_args()
    # What a locale can't print must not end a run.
    sys.stdout.reconfigure(errors="replace")
    # The kernel of this environment, whatever other kernel of the same name the user has.
    os.environ["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    try:
        run(arguments)
    except NotebookError as error:
        sys.exit(f"error: {arguments.notebook.name}: {error}")
    except Unread:
        print(
            f"error: {arguments.notebook.name}: stopped, since nobody reads what it prints", file=sys.stderr
        )
        sys.exit(128 + signal.SIGPIPE)
    except KeyboardInterrupt:
        print(f"error: {arguments.notebook.name}: stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
