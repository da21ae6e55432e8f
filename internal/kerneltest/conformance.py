"""Tests the installed kernel `gonb` against Jupyter's messaging protocol, with jupyter_kernel_test.

What GoNB is known not to do is marked as an expected failure, with the reason. It ends with an error when the
kernel does less than it did, and also when it does more: then the mark goes.
"""

import contextlib
import os
import sys
import tempfile
import time
import unittest
from pathlib import Path

import jupyter_kernel_test
import psutil
from jupyter_kernel_test.msgspec_v5 import validate_message

# How long an answer may take that must come: the kernel compiles cells, and its first completion waits for
# the language server. On a busy machine that may be minutes; this is about hanging.
PATIENCE = 1200

# How long to wait for an answer that is not expected to come.
IMPATIENCE = 3


def known_gap(reason):
    """Marks a test as an expected failure; the reason is for the reader."""
    assert reason
    return unittest.expectedFailure


def display(call):
    """Returns a cell that shows something."""
    return f'%noautoget\nimport "github.com/janpfeifer/gonb/gonbui"\n%%\n{call}\ngonbui.Sync()'


def names_below(process):
    """Returns the names of what runs below a process, less what ends meanwhile."""
    names = set()
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.status() != psutil.STATUS_ZOMBIE:
                names.add(child.name())
    return names


class GoNB(jupyter_kernel_test.KernelTests):
    kernel_name = "gonb"
    language_name = "go"
    file_extension = ".go"

    code_hello_world = '%noautoget\nimport "fmt"\n%%\nfmt.Println("hello, world")'
    code_stderr = '%noautoget\nimport "os"\n%%\nos.Stderr.WriteString("oh")'
    # Without Sync what a program shows just before its end can be lost.
    code_display_data = [
        {"code": display('gonbui.DisplayHTML("<b>bold</b>")'), "mime": "text/html"},
        {"code": display('gonbui.DisplayPNG([]byte("PNG"))'), "mime": "image/png"},
        {"code": display('gonbui.DisplayMarkdown("**bold**")'), "mime": "text/markdown"},
    ]
    completion_samples = [
        {"text": 'import "fmt"\n\nfunc f() {\n\tfmt.Printl', "matches": {"Println", "Fprintln", "Sprintln"}},
    ]
    code_inspect_sample = 'import "fmt"\n\nfunc f() {\n\tfmt.Println'
    code_page_something = "%help"
    code_generate_error = '%%\npanic("no")'
    # A program has no call for it, so test_clear_output is skipped: it redraws in place by gonbui.UpdateHTML.
    code_clear_output = ""
    code_execute_result = [{"code": "%%\n1 + 1"}]

    patience = PATIENCE

    def get_non_kernel_info_reply(self, timeout=None):
        return super().get_non_kernel_info_reply(timeout=self.patience)

    def execute_helper(self, code, **options):
        """Runs a cell, and returns the reply and the messages of its output, like the original, but is not in
        a hurry.
        """
        request = self.kc.execute(code=code)
        reply = self.get_non_kernel_info_reply()
        validate_message(reply, "execute_reply", request)
        states, output = [], []
        while "idle" not in states:
            message = self.kc.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue  # the end of an earlier test
            validate_message(message, message["msg_type"], request)
            if message["msg_type"] == "status":
                states.append(message["content"]["execution_state"])
            elif message["msg_type"] == "execute_input":
                self.assertEqual(message["content"]["code"], code)
            else:
                output.append(message)
        self.assertEqual(states, ["busy", "idle"])
        return reply, output

    def test_error_is_said(self):
        """What front ends need of a cell that fails, which test_error asks for and more: the reply and one
        message say so.
        """
        for code in (self.code_generate_error, "%%\nundefined()"):
            with self.subTest(code=code):
                reply, output = self.execute_helper(code)
                self.assertEqual(reply["content"]["status"], "error")
                errors = [message for message in output if message["msg_type"] == "error"]
                self.assertEqual(len(errors), 1)
                self.assertEqual(errors[0]["content"]["evalue"], reply["content"]["evalue"])

    def test_completion(self):
        """As the original, but asks again, as a user does: GoNB gives the language server seconds, and it
        begins by reading all packages.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            request = self.kc.complete(self.completion_samples[0]["text"])
            if self.get_non_kernel_info_reply()["content"]["status"] == "ok":
                break
            self.assertLess(time.monotonic(), deadline, f"no completion came (request {request})")
        super().test_completion()

    def wait_for_child(self, name):
        """Waits until a process of that name runs below the kernel."""
        kernel = psutil.Process(self.km.provisioner.pid)
        deadline = time.monotonic() + PATIENCE
        while name not in names_below(kernel):
            self.assertLess(time.monotonic(), deadline, f"there is no process {name}")
            time.sleep(0.01)

    def test_stop_while_compiling(self):
        """The stop button ends a cell that has not begun to run, and the kernel takes the next."""
        with tempfile.TemporaryDirectory() as folder:
            for tool in ("go", "link"):
                with self.subTest(tool=tool):
                    ran = Path(folder, tool)
                    self.flush_channels()
                    # Text that no cell has had before is compiled and linked anew; XLA makes that take
                    # seconds.
                    self.kc.execute(code=f"""%noautoget
import ("os"; _ "github.com/shattered-gradients/shattered/pkg/lab")
%%
_ = os.WriteFile("{ran}", []byte("{time.time_ns()}"), 0o644)""")
                    self.wait_for_child(tool)
                    self.km.interrupt_kernel()
                    reply = self.get_non_kernel_info_reply()
                    self.assertEqual(reply["content"]["status"], "error")
                    self.assertFalse(ran.exists(), "the cell ran although it was stopped")
                    reply, output = self.execute_helper(self.code_hello_world)
                    self.assertEqual(reply["content"]["status"], "ok")
                    self.assertEqual(
                        "".join(message["content"]["text"] for message in output), "hello, world\n"
                    )

    @known_gap(
        "what the program and the compiler say comes as output of its own before the one message of type"
        " error"
    )
    def test_error(self):
        super().test_error()

    @known_gap(
        "is_complete_request is ignored: the kernel is not for consoles, which ask it at the end of a line"
    )
    def test_is_complete(self):
        self.patience = IMPATIENCE
        self.check_is_complete("x := 1", "complete")

    @known_gap("history_request is ignored: front ends keep their own history of a notebook")
    def test_history(self):
        self.execute_helper(self.code_hello_world)
        self.patience = IMPATIENCE
        self.history_helper([], output=False, raw=True, hist_access_type="tail", n=1)

    @known_gap("a cell is a program, which has no value: what it shows is display_data")
    def test_execute_result(self):
        super().test_execute_result()

    @known_gap("%help is shown below the cell: there is no pager")
    def test_pager(self):
        super().test_pager()


if __name__ == "__main__":
    # The kernel of this environment, whatever other kernel of the same name the user has.
    os.environ["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    jupyter_kernel_test.TIMEOUT = PATIENCE
    unittest.main(verbosity=2)
