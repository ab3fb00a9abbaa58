"""Writes the files of tf2onnx and Keras in this folder, and what they predict.

    pip install tensorflow-cpu tf2onnx    (made with 2.21.0 and 1.17.0, Keras 3.15.1)
    python3 make_keras.py
"""
import json

import numpy as np
import tensorflow as tf
import tf2onnx
from tensorflow import keras

keras.utils.set_random_seed(1)
x = np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)
model = keras.Sequential([
    keras.layers.Input((4,)),
    keras.layers.Dense(6, activation="relu"),
    keras.layers.BatchNormalization(),
    keras.layers.Dense(5, activation="elu"),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile("sgd", "mse")
model.fit(np.random.default_rng(2).normal(size=(64, 4)), np.random.default_rng(3).normal(size=(64, 3)), epochs=20, verbose=0)
case = {"x": x.tolist(), "y": model(x).numpy().astype(np.float64).tolist()}

np.savez("keras.npz", *model.get_weights())


@tf.function(input_signature=[tf.TensorSpec((None, 4), tf.float32, name="x")])
def predict(x):
    return model(x, training=False)


graph, _ = tf2onnx.convert.from_function(predict, input_signature=predict.input_signature, opset=13)
with open("keras.onnx", "wb") as f:
    f.write(graph.SerializeToString())

with open("keras.json", "w") as f:
    json.dump({"keras.npz": case, "keras.onnx": case}, f, indent=1)
