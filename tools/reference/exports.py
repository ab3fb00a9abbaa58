#!/usr/bin/env python3
"""Compares ONNX files that nabla wrote with what nabla predicts.

    NABLA_EXPORTS=DIR go test -count=1 -run TestExports ./model/foreign
    python3 tools/reference/exports.py checker DIR    # Debian's python3-onnx
    python3 tools/reference/exports.py runtime DIR    # PyPI's onnxruntime and numpy
    python3 tools/reference/exports.py torch DIR      # Debian's python3-torch

"checker" has onnx check every file; "runtime" wants |difference| <= 1e-5 max(1, |y|) in
float32 and 1e-10 in float64 (LayerNormalization has a float32 epsilon), and the same
classes. ONNX Runtime has no Erf of float64, which gelu needs. "torch" wants that of
PyTorch's Sequential with the parameters of a model file.
"""
import json
import math
import os
import sys


def checker(path, case):
    import onnx

    onnx.checker.check_model(onnx.load(path), full_check=True)


def numbers(rows, double):
    import numpy as np

    rows = [[math.nan if v is None else float(v) for v in row] for row in rows]
    return np.array(rows, np.float64 if double else np.float32)


def runtime(path, case):
    import numpy as np
    import onnxruntime

    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as e:
        if "gelu" in path and case["double"] and "NOT_IMPLEMENTED" in str(e):
            return "not implemented by the runtime"
        raise
    feed = {}
    for i in session.get_inputs():
        if "x" in case:
            feed[i.name] = numbers(case["x"], case["double"])
        elif "string" in i.type:
            feed[i.name] = np.array([[row[i.name]] for row in case["columns"]], object)
        else:
            feed[i.name] = numbers([[row[i.name]] for row in case["columns"]], case["double"])
    for rows in len(case["y"]), 1:  # any number of samples
        names = [o.name for o in session.get_outputs()]
        got = dict(zip(names, session.run(names, {k: v[:rows] for k, v in feed.items()})))
        want = numbers(case["y"][:rows], True)
        error = np.abs(got["y"] - want) / np.maximum(1, np.abs(want))
        error[(got["y"] == want) | (np.isnan(got["y"]) & np.isnan(want))] = 0
        worst = error.max()
        assert worst <= (1e-10 if case["double"] else 1e-5), f"{path}: y differs by {worst}"
        for kind in "class", "labels":
            if kind in case:
                assert got[kind].tolist() == case[kind][:rows], f"{path}: {kind}: {got[kind]}"
    return worst


def tensors(path):
    """The tensors of a safetensors file, read without its library."""
    import struct

    import torch

    with open(path, "rb") as f:
        data = f.read()
    n = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + n])
    header.pop("__metadata__", None)
    types = {"F32": torch.float32, "F64": torch.float64}
    out = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        raw = bytearray(data[8 + n + begin : 8 + n + end])
        out[name] = torch.frombuffer(raw, dtype=types[t["dtype"]]).reshape(t["shape"])
    return out


def torch(path, case):
    import torch
    from torch import nn

    if "modules" not in case:
        return "no PyTorch model"
    modules = [eval(m, {"nn": nn}) for m in case["modules"]]
    dtype = torch.float64 if case["double"] else torch.float32
    model = nn.Sequential(*modules).to(dtype).eval()
    for name in path[:-5] + ".safetensors", path[:-5] + ".state.safetensors":
        model.load_state_dict(tensors(name))
        got = model(torch.tensor(numbers(case["x"], case["double"])))
        want = torch.tensor(numbers(case["y"], True))
        worst = ((got - want).abs() / want.abs().clamp(min=1)).max().item()
        assert worst <= (1e-12 if case["double"] else 1e-5), f"{path}: y differs by {worst}"
    return worst


def main():
    how, folder = {"checker": checker, "runtime": runtime, "torch": torch}[sys.argv[1]], sys.argv[2]
    with open(os.path.join(folder, "exports.json")) as f:
        cases = json.load(f)
    failed = 0
    for name in sorted(cases):
        try:
            print(name, how(os.path.join(folder, name), cases[name]) or "ok")
        except Exception as e:  # all files are looked at
            failed += 1
            print(name, "FAILED:", e)
    assert cases, "no files"
    print(f"{len(cases) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
