"""Writes the files of PyTorch in this folder, and what they predict.

    apt-get install python3-torch python3-onnx    (made with 1.13.1 and 1.12.0, Debian 12)
    python3 make_torch.py
"""
import json
import struct

import torch
from torch import nn

torch.manual_seed(1)
names = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}
cases = {}


def data(t):
    if t.dtype == torch.bfloat16:
        t = t.view(torch.int16)
    return t.numpy().tobytes()


def save(name, tensors):
    """The safetensors format, as its library writes it: sorted by size of type, then by name."""
    header, offset, body = {"__metadata__": {"format": "pt"}}, 0, b""
    for key in sorted(tensors, key=lambda k: (-tensors[k].element_size(), k)):
        t = tensors[key].detach().contiguous()
        raw = data(t)
        header[key] = {"dtype": names[t.dtype], "shape": list(t.shape), "data_offsets": [offset, offset + len(raw)]}
        offset, body = offset + len(raw), body + raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(name, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


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


mlp, x = trained(nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3), nn.Softmax(1)), 4)
save("torch_mlp.safetensors", mlp.state_dict())
case("torch_mlp.safetensors", mlp, x)
for dtype in torch.float64, torch.float16, torch.bfloat16:
    rounded = {k: v.to(dtype) for k, v in mlp.state_dict().items()}
    name = "torch_" + names[dtype].lower() + ".safetensors"
    save(name, rounded)
    wide = nn.Sequential(*[type(m)(m.in_features, m.out_features) if isinstance(m, nn.Linear) else m for m in mlp]).double()
    wide.load_state_dict({k: v.double() for k, v in rounded.items()})
    case(name, wide, x.double())
torch.onnx.export(mlp, x, "torch_mlp.onnx", input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}, opset_version=12)
case("torch_mlp.onnx", mlp, x)

norms, x = trained(nn.Sequential(
    nn.BatchNorm1d(4), nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.SiLU(),
    nn.Linear(6, 6), nn.LayerNorm(6), nn.GELU(), nn.LayerNorm(6), nn.Linear(6, 5), nn.ELU(0.5), nn.BatchNorm1d(5), nn.Linear(5, 2)), 4)
save("torch_norms.safetensors", norms.state_dict())
case("torch_norms.safetensors", norms, x)

folded, x = trained(nn.Sequential(
    nn.Flatten(), nn.Linear(4, 6), nn.BatchNorm1d(6), nn.LeakyReLU(0.2), nn.Dropout(0.5), nn.Linear(6, 5), nn.Hardtanh(0, 4), nn.Linear(5, 4),
    nn.Softplus(), nn.Linear(4, 4), nn.Hardsigmoid(), nn.Linear(4, 2), nn.Sigmoid()), 4)
torch.onnx.export(folded, x.reshape(5, 2, 2), "torch_folded.onnx", training=torch.onnx.TrainingMode.EVAL, opset_version=14)
case("torch_folded.onnx", folded, x)


class Ten(nn.Module):
    """Ten layers and more, so that 10 comes after 2 and not after 1."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(11)] + [nn.Linear(3, 2)])

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.tanh(layer(x))
        return self.layers[-1](x)


ten, x = trained(Ten(), 3)
save("torch_ten.safetensors", ten.state_dict())
case("torch_ten.safetensors", ten, x)

with open("torch.json", "w") as f:
    json.dump(cases, f, indent=1)
