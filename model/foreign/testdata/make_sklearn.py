"""Writes the files of skl2onnx and scikit-learn in this folder, and what they predict.

    pip install scikit-learn skl2onnx onnxruntime    (made with 1.9.1, 1.20.0 and 1.32.0)
    python3 make_sklearn.py
"""
import json
import warnings

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
r = np.random.default_rng(1)
x = (r.normal(size=(60, 4)) * [1, 10, 0.1, 100] + [0, 5, 1, -50]).astype(np.float32)
score = (x - x.mean(0)) / x.std(0)
three = np.array(["ash", "birch", "cedar"])[np.digitize(score @ [1, -1, 0.5, 0.2], [-0.7, 0.7])]
cases = {}


def case(name, model, predicted):
    cases[name] = {"x": x[:5].tolist(), "y": np.asarray(predicted, np.float64).reshape(5, -1).tolist()}


def write(name, model, options, output):
    graph = to_onnx(model, x[:1], options=options, target_opset=17)
    with open(name, "wb") as f:
        f.write(graph.SerializeToString())
    session = onnxruntime.InferenceSession(name)
    case(name, model, session.run([output], {session.get_inputs()[0].name: x[:5]})[0])


def weights(name, mlp):
    arrays = {}
    for i, (w, b) in enumerate(zip(mlp.coefs_, mlp.intercepts_)):
        arrays[f"coefs_{i}"], arrays[f"intercepts_{i}"] = w, b
    np.savez(name, **arrays)


mlp = MLPClassifier(hidden_layer_sizes=(6, 5), activation="relu", max_iter=60, random_state=1).fit(score, three)
write("sklearn_classifier.onnx", mlp, {"zipmap": False}, "probabilities")
weights("sklearn_classifier.npz", mlp)
case("sklearn_classifier.npz", mlp, mlp.predict_proba(x[:5]))

pipeline = make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(6,), activation="tanh", max_iter=60, random_state=1)).fit(x, three)
write("sklearn_pipeline.onnx", pipeline, {"zipmap": False}, "probabilities")

binary = MLPClassifier(hidden_layer_sizes=(4,), activation="logistic", max_iter=60, random_state=1).fit(score, score[:, 0] > 0)
write("sklearn_binary.onnx", binary, {"zipmap": False}, "probabilities")

regressor = MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", max_iter=60, random_state=1).fit(score, score @ [1, 2, 3, 4])
write("sklearn_regressor.onnx", regressor, None, "variable")

with open("sklearn.json", "w") as f:
    json.dump(cases, f, indent=1)
