"""Writes reference values of PyTorch and scikit-learn into testdata/.

    python3 reference.py            writes all files
    python3 reference.py costs      writes testdata/costs.json only
    python3 reference.py --check    computes all files again and compares them with
                                    those that are there: numbers to 1e-12 of
                                    their size, all else exactly, versions not at all

README.md says what the files hold. The same versions write the same bytes; another
processor may change the last digit of a number, because mathematics libraries choose
their code by processor.
"""

import os
import sys

sys.dont_write_bytecode = True
# Plain code in libraries that choose by processor, and one thread: before the imports.
os.environ["ATEN_CPU_CAPABILITY"] = "default"
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import json
import pathlib
import platform
import warnings

import mpmath
import numpy
import scipy
import sklearn
import torch

import activations
import costs
import layers
import metrics
import optimizers
import schedules
import trainings

FILES = {m.__name__: m for m in (activations, costs, optimizers, schedules, metrics, layers, trainings)}
TESTDATA = pathlib.Path(__file__).parent / "testdata"


def head(about):
    """The beginning of every file."""
    return {
        "versions": {
            "torch": str(torch.__version__),
            "sklearn": sklearn.__version__,
            "numpy": numpy.__version__,
            "scipy": scipy.__version__,
            "mpmath": mpmath.__version__,
            "python": platform.python_version(),
        },
        "command": "python3 tools/reference/reference.py",
        "about": about,
    }


def plain(x):
    """x as lists, dicts, strings, ints, floats and None."""
    if isinstance(x, torch.Tensor):
        x = x.detach().numpy()
    if isinstance(x, (numpy.ndarray, numpy.generic)):
        x = x.tolist()
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if isinstance(x, float) and (x != x or x in (float("inf"), float("-inf"))):
        raise ValueError("a number that JSON can't hold")
    return x


def is_row(x):
    """Whether x stands on one line of a file."""
    return not x or not isinstance(x, (dict, list)) or (
        isinstance(x, list) and not any(isinstance(v, (dict, list)) for v in x))


def text(x, indent=""):
    """x as JSON. A list of numbers is one line. A float has the digits that give its
    bits again, at most 17."""
    if is_row(x):
        return json.dumps(x, allow_nan=False, ensure_ascii=False, separators=(",", ": "))
    deeper = indent + " "
    if isinstance(x, dict):
        rows, ends = [json.dumps(k) + ": " + text(v, deeper) for k, v in x.items()], "{}"
    else:
        rows, ends = [text(v, deeper) for v in x], "[]"
    return ends[0] + "\n" + ",\n".join(deeper + r for r in rows) + "\n" + indent + ends[1]


def differences(new, old, where=""):
    """Yields the places where new and old differ."""
    if isinstance(new, dict) and isinstance(old, dict) and list(new) == list(old):
        for k in new:
            yield from differences(new[k], old[k], f"{where}.{k}")
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        for i, (n, o) in enumerate(zip(new, old)):
            yield from differences(n, o, f"{where}[{i}]")
    elif isinstance(new, float) and isinstance(old, float):
        # below 1e-3, 1e-15: PyTorch and scikit-learn subtract numbers near 1
        if not abs(new - old) <= 1e-12 * max(abs(old), 1e-3):
            yield f"{where}: {new!r}, in the file {old!r}"
    elif type(new) is not type(old) or new != old:
        yield f"{where}: {str(new)[:60]}, in the file {str(old)[:60]}"


def main(arguments):
    check = "--check" in arguments
    names = [a for a in arguments if a != "--check"] or list(FILES)
    unknown = [n for n in names if n not in FILES]
    if unknown:
        print(f"unknown file {unknown[0]!r}: want one of {', '.join(FILES)}, or --check", file=sys.stderr)
        return 2
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    warnings.simplefilter("ignore")  # of scikit-learn about undefined metrics: they are part of the cases
    bad = 0
    for name in names:
        about, body = FILES[name].build()
        file = plain({**head(about), **body})
        path = TESTDATA / (name + ".json")
        if not check:
            path.write_text(text(file) + "\n")
            continue
        old = json.loads(path.read_text())
        file["versions"] = old["versions"] = {}
        for d in differences(file, old):
            print(f"{path.name}{d}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
