"""What runs a program in Pyodide: the session's files in a folder, a fresh `__main__`, and words for what happens.

`say(text, level)`, `ask(prompt)` and `event(json)` come from python.js.
"""

import base64
import builtins
import importlib
import inspect
import io
import json
import linecache
import os
import pathlib
import shutil
import sys
import time
import traceback
import types
import unittest

ROOT = "/project"
# What a picture's file may hold at most: more would be a page by itself.
PICTURE_BYTES = 256 * 1024
PICTURES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp", ".svg": "svg+xml"}
# A traceback's text at most.
TRACE_UNITS = 10_000


class Out(io.TextIOBase):
    """Standard output and standard error: words go out as they come."""

    encoding = "utf-8"

    def __init__(self, level):
        self.level = level

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        say(text, self.level)
        return len(text)

    def flush(self):
        pass


class In(io.TextIOBase):
    """Standard input: lines that a person types."""

    encoding = "utf-8"

    def readable(self):
        return True

    def readline(self, size=-1):
        line = asked("")
        return "" if line is None else line + "\n"

    def read(self, size=-1):
        return "".join(iter(self.readline, ""))


def asked(prompt):
    line = ask(prompt)
    if line is False:
        raise KeyboardInterrupt
    return line


def read_line(prompt=""):
    line = asked(str(prompt))
    if line is None:
        raise EOFError("there is nobody to ask")
    return line


def tidy(error):
    """An error as Python prints it, from the program's own lines on, with paths as the session has them."""
    frames = error.__traceback__
    while frames is not None and not frames.tb_frame.f_code.co_filename.startswith(ROOT):
        frames = frames.tb_next
    shown = 0
    below = frames
    while below is not None and "__unittest" not in below.tb_frame.f_globals:
        shown += 1
        below = below.tb_next
    lines = traceback.format_exception(type(error), error, frames, limit=shown if below is not None else None)
    text = "".join(lines).replace(f'File "{ROOT}/', 'File "').rstrip()
    return text if len(text) <= TRACE_UNITS else text[:2000] + "\n  …\n" + text[-(TRACE_UNITS - 2000) :]


def prepare(files):
    """The files as they are now, in a folder of their own; modules of an earlier run are forgotten."""
    os.chdir("/")
    shutil.rmtree(ROOT, ignore_errors=True)
    os.makedirs(ROOT, exist_ok=True)
    for path, text in files.items():
        place = pathlib.Path(ROOT, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="")
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(ROOT + "/"):
            del sys.modules[name]
    importlib.invalidate_caches()
    linecache.clearcache()
    os.chdir(ROOT)
    sys.path[:] = [ROOT] + [path for path in sys.path if path not in ("", ROOT) and not path.startswith(ROOT + "/")]
    sys.stdout, sys.stderr, sys.stdin = Out("log"), Out("error"), In()
    builtins.input = read_line


def stamps():
    return {str(path): path.stat().st_mtime_ns for path in pathlib.Path(ROOT).rglob("*") if path.suffix.lower() in PICTURES}


def show_pictures(before):
    for name, stamp in stamps().items():
        if before.get(name) == stamp:
            continue
        path = pathlib.Path(name)
        kind = PICTURES[path.suffix.lower()]
        content = path.read_bytes()
        shown = path.relative_to(ROOT).as_posix()
        if len(content) > PICTURE_BYTES:
            say(f"{shown} is too large to be shown: {len(content)} bytes.\n", "warn")
            continue
        address = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
        event(json.dumps({"t": "image", "name": shown, "address": address}))


def run_main(entry):
    path = os.path.join(ROOT, entry)
    sys.argv = [path]
    folder = os.path.dirname(path)
    if folder != ROOT:
        sys.path.insert(0, folder)
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__builtins__ = builtins
    before_main = sys.modules.get("__main__")
    sys.modules["__main__"] = main
    try:
        with open(path, encoding="utf-8") as file:
            exec(compile(file.read(), path, "exec"), main.__dict__)
    finally:
        sys.modules["__main__"] = before_main
    return True


class Results(unittest.TestResult):
    """Tells of each test as it ends."""

    def __init__(self, file):
        super().__init__()
        self.file = file
        self.ok = True

    def startTest(self, test):
        super().startTest(test)
        self.began = time.perf_counter()
        self.failure = None
        self.skipped_test = False

    def addError(self, test, err):
        self.failure = tidy(err[1])
        if not hasattr(test, "_testMethodName"):
            report(self.file, str(test), "failed", 0, self.failure)
            self.ok = False

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.failure = f"{subtest._subDescription()}\n{tidy(err[1])}"

    def addSkip(self, test, reason):
        self.skipped_test = True

    def addUnexpectedSuccess(self, test):
        self.failure = "It passed, and was expected to fail."

    def stopTest(self, test):
        super().stopTest(test)
        name = f"{type(test).__name__} › {test._testMethodName}" if hasattr(test, "_testMethodName") else str(test)
        state = "failed" if self.failure else "skipped" if self.skipped_test else "passed"
        self.ok = self.ok and state != "failed"
        report(self.file, name, state, (time.perf_counter() - self.began) * 1000, self.failure)


def report(file, name, state, ms, error):
    told = {"t": "test", "file": file, "name": name[:300], "state": state, "ms": ms}
    event(json.dumps(told | ({"error": error} if error else {})))


def run_function(file, name, function):
    began = time.perf_counter()
    failure = None
    try:
        made = function()
        if inspect.iscoroutine(made):
            import asyncio

            asyncio.run(made)
    except Exception as error:
        failure = tidy(error)
    report(file, name, "failed" if failure else "passed", (time.perf_counter() - began) * 1000, failure)
    return failure is None


def run_tests(entries):
    ok = True
    for entry in entries:
        folder, name = os.path.split(os.path.join(ROOT, entry))
        if folder not in sys.path:
            sys.path.insert(0, folder)
        try:
            spec = importlib.util.spec_from_file_location(os.path.splitext(name)[0], os.path.join(folder, name))
            module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
        except Exception as error:
            report(entry, f"{entry} cannot be imported", "failed", 0, tidy(error))
            ok = False
            continue
        results = Results(entry)
        unittest.defaultTestLoader.loadTestsFromModule(module).run(results)
        ok = results.ok and ok
        for name, function in list(vars(module).items()):
            if name.startswith("test") and inspect.isfunction(function) and function.__module__ == module.__name__:
                ok = run_function(entry, name, function) and ok
    return ok


def parses(files):
    """Whether every Python file is one."""
    for path, text in files.items():
        if path.endswith(".py"):
            try:
                compile(text, path, "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                return False
    return True


def run(program):
    """Runs a program. Whether it ended well, and what was thrown, in words."""
    program = json.loads(program)
    if program.get("careful") and not parses(program["files"]):
        event('{"t": "unparsed"}')
        return json.dumps([True, ""])
    prepare(program["files"])
    before = stamps()
    try:
        ok = run_tests(program["entries"]) if program["tests"] else run_main(program["entries"][0])
        return json.dumps([ok, ""])
    except SystemExit as ending:
        code = ending.code
        if isinstance(code, str):
            say(code + "\n", "error")
        return json.dumps([code is None or code == 0, ""])
    except KeyboardInterrupt as error:
        say(tidy(error) + "\n", "warn")
        return json.dumps([False, ""])
    except BaseException as error:
        return json.dumps([False, tidy(error), type(error).__name__])
    finally:
        show_pictures(before)
