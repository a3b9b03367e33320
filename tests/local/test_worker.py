"""The background worker as a user meets it: real files, real processes, real signals."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.home import COPY, Home
from maskflow.model import Limits
from maskflow.providers.local import control, dead, functions


def test_what_is_put_comes_out(home: Home) -> None:
    home.add("copy")
    home.start()
    home.upload("a/b.txt", b"hello")
    home.until(lambda: home.objects("out") == {"out/a/b.txt": b"HELLO"}, "the copy is there")


def test_cp_and_mv_are_uploads(home: Home, tmp_path: Path) -> None:
    home.add("copy")
    home.start()
    (tmp_path / "one").write_bytes(b"one")
    (tmp_path / "two").write_bytes(b"two")
    shutil.copy(tmp_path / "one", home.bucket / "in" / "one")
    (home.bucket / "in" / "deep" / "er").mkdir(parents=True)
    shutil.move(tmp_path / "two", home.bucket / "in" / "deep" / "er" / "two")
    home.until(lambda: home.objects("out") == {"out/deep/er/two": b"TWO", "out/one": b"ONE"}, "both came out")


def test_what_came_while_nobody_watched_is_worked_on(home: Home) -> None:
    home.add("copy")
    home.upload("early.txt")
    home.start()
    home.until(lambda: "out/early.txt" in home.objects("out"), "the early one came out")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whether a file is being written (F_SETLEASE)")
def test_a_half_copied_file_waits_until_it_is_whole(home: Home) -> None:
    home.add("copy")
    home.start()
    with open(home.bucket / "in" / "slow.txt", "wb", buffering=0) as file:
        file.write(b"first half, ")
        home.upload("other.txt")
        home.until(lambda: "out/other.txt" in home.objects("out"), "the other came out")
        assert "out/slow.txt" not in home.objects("out")
        file.write(b"second half")
    home.until(lambda: "out/slow.txt" in home.objects("out"), "the slow one came out")
    assert home.read("out/slow.txt") == b"FIRST HALF, SECOND HALF"
    home.until(lambda: any("slow" in line.object for line in home.lines("done", "dead")), "it was logged")
    assert [line.status for line in home.lines("done", "dead") if "slow" in line.object] == ["done"]


def test_hidden_and_unfinished_names_are_no_uploads(home: Home) -> None:
    home.add("copy")
    home.start()
    (home.bucket / "in" / ".DS_Store").write_bytes(b"x")
    home.upload("b.txt")
    home.until(lambda: "out/b.txt" in home.objects("out"), "the other came out")
    assert list(home.objects("out")) == ["out/b.txt"]


def test_a_new_version_replaces_and_the_same_is_left_alone(home: Home) -> None:
    home.add("copy")
    home.start()
    home.upload("a.txt", b"one")
    home.until(lambda: home.objects("out") == {"out/a.txt": b"ONE"}, "the first version came out")
    home.upload("a.txt", b"two")
    home.until(lambda: home.objects("out") == {"out/a.txt": b"TWO"}, "the second version came out")
    os.utime(home.bucket / "in" / "a.txt")
    home.until(lambda: len(home.lines("skipped")) > 0, "the touched one was looked at")
    assert [line.message for line in home.lines("skipped")] == ["this version has been worked on before"]
    assert len(home.lines("done")) == 2


def test_failures_are_tried_again_then_kept_and_retried(home: Home) -> None:
    home.add("copy", "def handle(source, output, context):\n    raise ValueError('no such luck')", attempts=3)
    home.start()
    home.upload("a.txt")
    home.until(lambda: len(home.lines("dead")) == 1, "it is a dead letter")
    assert [line.attempt for line in home.lines("retry", "dead")] == [1, 2, 3]
    spec = functions.read_all(home.root)["copy"]
    home.until(lambda: bool(list(dead.letters(home.root, spec))), "the letter is kept")
    (letter,) = dead.letters(home.root, spec)
    assert (letter.error, letter.attempts, letter.input.key) == ("ValueError: no such luck", 3, "in/a.txt")
    assert home.objects("out") == {}

    home.add("copy")
    dead.reopen(spec, home.root.storages(), letter)
    home.root.poke()
    home.until(lambda: home.objects("out") == {"out/a.txt": b"HELLO"}, "the retry came out")
    assert not list(dead.letters(home.root, spec))


def test_a_retry_with_the_same_code_is_a_retry(home: Home, tmp_path: Path) -> None:
    """Nothing but the receipt has changed: the worker that has seen this version must take it again all the same."""
    home.add(
        "copy",
        f"""
    import pathlib
    def handle(source, output, context):
        (output / context.name).write_bytes(pathlib.Path({str(tmp_path / "needed")!r}).read_bytes())
    """,
    )
    home.start()
    home.upload("a.txt")
    home.until(lambda: len(home.lines("dead")) == 1, "it failed")
    spec = functions.read_all(home.root)["copy"]
    home.until(lambda: bool(list(dead.letters(home.root, spec))), "the letter is kept")
    (tmp_path / "needed").write_bytes(b"here")
    for letter in list(dead.letters(home.root, spec)):
        dead.reopen(spec, home.root.storages(), letter)
    home.root.poke()
    home.until(lambda: home.objects("out") == {"out/a.txt": b"here"}, "the retry came out")


def test_nothing_of_a_failed_attempt_is_published(home: Home) -> None:
    code = """
    def handle(source, output, context):
        (output / "half.txt").write_text("half")
        raise ValueError("too late")
    """
    home.add("copy", code)
    home.start()
    home.upload("a.txt")
    home.until(lambda: len(home.lines("dead")) == 1, "it failed")
    assert home.objects("out") == {}


def test_the_time_limit_ends_the_function_and_its_programs(home: Home) -> None:
    home.add("slow", "#!/bin/sh\nsleep 600 &\necho $! > /proc/self/fd/1\nsleep 600\n", program=True,
             limits=Limits(timeout=0.5))  # fmt: skip
    home.start()
    home.upload("a.txt")
    home.until(lambda: len(home.lines("dead")) == 1, "it was ended")
    assert home.lines("dead")[0].message == "it ran longer than its limit of 0.5 s"
    said = [line.message for line in home.lines("") if line.function == "slow" and line.message.isdigit()]
    home.until(lambda: not any(_runs(int(pid)) for pid in said), "its programs are gone")
    assert said


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_the_memory_limit_ends_the_function(home: Home) -> None:
    code = """
    import time
    def handle(source, output, context):
        hog = bytearray(400 << 20)
        time.sleep(600)
    """
    home.add("hog", code, limits=Limits(memory=200 << 20))
    home.start()
    home.upload("a.txt")
    home.until(lambda: len(home.lines("dead")) == 1, "it was ended")
    assert "its limit is 200 MiB" in home.lines("dead")[0].message


def test_a_function_that_dies_fails_only_its_own_event(home: Home) -> None:
    code = """
    import os
    def handle(source, output, context):
        if context.name == "bad":
            os.abort()
        (output / context.name).write_bytes(b"ok")
    """
    home.add("frail", code)
    for name in ("a", "bad", "c"):
        home.upload(name)
    home.start()
    home.until(lambda: len(home.lines("dead", "done")) == 3, "all are settled")
    assert list(home.objects("out")) == ["out/a", "out/c"]
    assert "status -6" in home.lines("dead")[0].message


def test_a_function_that_cannot_be_loaded_says_why(home: Home) -> None:
    home.add("broken", "import nothing_of_that_name\ndef handle(source, output, context): ...")
    home.start()
    home.upload("a.txt")
    home.until(lambda: len(home.lines("dead")) == 1, "it failed")
    assert "No module named 'nothing_of_that_name'" in home.lines("dead")[0].message


def test_programs_get_scars_variables_and_their_shebang(home: Home) -> None:
    script = f"""\
    #!{sys.executable}
    import os, pathlib
    out = pathlib.Path(os.environ["TMP_OUTPUT_DIR"])
    text = pathlib.Path(os.environ["INPUT_FILE_PATH"]).read_text()
    assert pathlib.Path(os.environ["INPUT_FILE_PATH"]).parent == pathlib.Path(os.environ["TMP_INPUT_DIR"])
    pathlib.Path(os.environ["INPUT_FILE_PATH"]).write_text("spoilt")
    (out / "said.txt").write_text(os.environ["STORAGE_OBJECT_KEY"] + " " + text)
    """
    home.add("program", script, program=True)
    home.start()
    home.upload("my file.txt", b"text")
    home.until(lambda: "out/said.txt" in home.objects("out"), "the program's output is there")
    assert home.read("out/said.txt") == b"in/my file.txt text"
    assert home.read("in/my file.txt") == b"text"


def test_a_program_that_fails_publishes_nothing(home: Home) -> None:
    home.add("program", "echo x > $TMP_OUTPUT_DIR/x\necho sorry\nexit 3\n", program=True)
    home.start()
    home.upload("a.txt")
    home.until(lambda: len(home.lines("dead")) == 1, "it failed")
    assert home.lines("dead")[0].message == "program ended with exit status 3; it said: sorry"
    assert home.objects("out") == {}


def test_what_somebody_else_wrote_is_not_overwritten(home: Home) -> None:
    home.add("copy", COPY.replace("context.name", '"same.txt"'))
    home.start()
    home.upload("a.txt", b"a")
    home.until(lambda: home.objects("out") == {"out/same.txt": b"A"}, "the first came out")
    home.upload("b.txt", b"b")
    home.until(lambda: len(home.lines("dead")) == 1, "the second failed")
    assert home.objects("out") == {"out/same.txt": b"A"}
    message = home.lines("dead")[0].message
    assert "s3:box/out/same.txt exists already and copy made it from s3:box/in/a.txt" in message


def test_there_is_one_worker_and_it_can_be_stopped(home: Home) -> None:
    home.add("copy")
    pid = home.start()
    assert home.start() == pid
    assert control.stop(home.root)
    assert control.state(home.root) is None
    assert not control.stop(home.root)


def test_killed_and_started_again_it_goes_on(home: Home) -> None:
    home.add("copy", "import time\ntime.sleep(0.2)\n" + COPY, out="mid")
    home.add("next", COPY, into="mid")
    for number in range(30):
        home.upload(f"{number}.txt", b"x%d" % number)
    for _ in range(3):
        pid = home.start()
        home.until(lambda: home.idle() or bool(home.objects("mid")), "something happened")
        home.kill(pid)
    home.start()
    home.until(lambda: home.idle() and len(home.objects("out")) == 30, "all came out")
    assert home.objects("out") == {f"out/{n}.txt": b"X%d" % n for n in range(30)}


def test_functions_do_not_outlive_a_killed_worker(home: Home) -> None:
    home.add("copy", "import time\ndef handle(source, output, context): time.sleep(600)")
    pid = home.start()
    home.upload("a.txt")
    home.until(lambda: bool(psutil.Process(pid).children()), "the function runs")
    children = psutil.Process(pid).children(recursive=True)
    home.kill(pid)
    home.until(lambda: not any(_runs(child.pid) for child in children), "the function is gone")
    home.start()


def test_a_tied_worker_ends_with_its_parent(home: Home) -> None:
    home.add("copy")
    command = [sys.executable, "-m", "maskflow.providers.local.worker", str(home.root.path), "--tied"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        home.until(lambda: control.state(home.root) is not None, "the worker is up")
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) == 0


def test_names_that_no_key_can_have_are_said_and_left(home: Home) -> None:
    home.add("copy")
    (home.bucket / "in" / os.fsdecode(b"bad\xff.txt")).write_bytes(b"x")
    home.start()
    home.upload("good.txt")
    home.until(lambda: "out/good.txt" in home.objects("out"), "the other came out")
    home.until(lambda: any("no object can have" in line.message for line in home.lines("")), "it was said")
