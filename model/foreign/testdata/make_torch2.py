"""Writes the files of a current PyTorch in this folder, and what they predict: weights by
the safetensors library, graphs by both exporters to ONNX.

    pip install torch safetensors onnx onnxscript    (made with 2.15.0, 0.8.0, 1.23.2, 0.7.2)
    python3 make_torch2.py
"""
import json

import onnx
import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(2)
cases = {}


def trained(model, inputs):
    for m in model.modules():
        if isinstance(m, nn.BatchNorm1d):
            m.running_mean.normal_()
            m.running_var.uniform_(0.5, 2)
        if isinstance(m, (nn.BatchNorm1d, nn.LayerNorm)) and m.weight is not None:
            nn.init.normal_(m.weight)
            nn.init.normal_(m.bias)
    return model.eval(), torch.randn(5, inputs)


def case(name, model, x):
    cases[name] = {"x": x.double().tolist(), "y": model(x).double().tolist()}


def save(name, model, x):
    save_file(model.state_dict(), name)
    case(name, model, x)


def export(name, model, x, **how):
    torch.onnx.export(model, (x,), name, input_names=["x"], output_names=["y"], **how)
    graph = onnx.load(name)
    for node in graph.graph.node:
        del node.metadata_props[:]  # stack traces, with paths of this machine
    onnx.save(graph, name)
    case(name, model, x)


mlp, x = trained(nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3), nn.Softmax(1)), 4)
save("torch2_mlp.safetensors", mlp, x)
export("torch2_mlp.onnx", mlp, x, dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), external_data=False)

norms, x = trained(nn.Sequential(
    nn.BatchNorm1d(4), nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.SiLU(),
    nn.Linear(6, 6), nn.LayerNorm(6), nn.GELU(), nn.LayerNorm(6), nn.Linear(6, 5), nn.ELU(0.5), nn.BatchNorm1d(5), nn.Linear(5, 2)), 4)
save("torch2_norms.safetensors", norms, x)

folded, x = trained(nn.Sequential(
    nn.Flatten(), nn.Linear(4, 6), nn.BatchNorm1d(6), nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Linear(6, 5), nn.Hardtanh(0, 4), nn.Linear(5, 4),
    nn.Softplus(), nn.Linear(4, 4), nn.Hardsigmoid(), nn.Linear(4, 2), nn.Sigmoid()), 4)
for name, how in ("torch2_folded", {"dynamo": True, "external_data": False}), ("torch2_traced", {"dynamo": False}):
    export(name + ".onnx", folded, x, **how)

smooth, x = trained(nn.Sequential(
    nn.Linear(3, 4), nn.SiLU(), nn.Linear(4, 4), nn.GELU(), nn.Linear(4, 4), nn.GELU(approximate="tanh"), nn.Linear(4, 2), nn.Softplus()), 3)
export("torch2_smooth.onnx", smooth, x, dynamo=True, external_data=False, opset_version=18)
export("torch2_smooth_traced.onnx", smooth, x, dynamo=False, opset_version=17)

double, x = trained(nn.Sequential(nn.Linear(3, 4), nn.GELU(), nn.Linear(4, 4), nn.LayerNorm(4), nn.Softplus(), nn.Linear(4, 2)).double(), 3)
x = x.double()
save("torch2_f64.safetensors", double, x)

with open("torch2.json", "w") as f:
    json.dump(cases, f, indent=1)
