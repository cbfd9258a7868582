"""Writes the small networks over tables that encoders/table_test.go reads: a linear model of three columns.

    python training/table_models.py encoders/testdata
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

COLUMNS = ["price", "stock", "age"]
WEIGHTS = np.array([[0.5], [-2.0], [0.25]], dtype=np.float32)
BIAS = np.array([0.125], dtype=np.float32)


def value(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def save(path, nodes, inputs, outputs, tensors, **metadata):
    graph = helper.make_graph(nodes, "table", inputs, outputs, [numpy_helper.from_array(t, n) for n, t in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def main(folder):
    tensors = {"w": WEIGHTS, "b": BIAS}
    linear = helper.make_node("Gemm", ["x", "w", "b"], ["logit"])
    x = [value("x", "n", 3)]
    # One matrix, a logit a row.
    save(folder / "table_matrix.onnx", [linear], x, [value("logit", "n", 1)], tensors, features=", ".join(COLUMNS), output="logit")
    # One matrix, the probabilities of both classes.
    two = [linear, helper.make_node("Sigmoid", ["logit"], ["p"]), helper.make_node("Sub", ["one", "p"], ["q"]),
           helper.make_node("Concat", ["q", "p"], ["both"], axis=1)]
    save(folder / "table_classes.onnx", two, x, [value("both", "n", 2)], tensors | {"one": np.array([1], dtype=np.float32)},
         features=",".join(COLUMNS), output="probability")
    # An input a column, one of them without a second dimension, and a flat output.
    flat = {"axes": np.array([1], dtype=np.int64)}
    columns = [helper.make_node("Unsqueeze", ["age", "axes"], ["age1"]), helper.make_node("Concat", ["price", "stock", "age1"], ["x"], axis=1),
               linear, helper.make_node("Squeeze", ["logit", "axes"], ["flat"])]
    save(folder / "table_columns.onnx", columns, [value("stock", "n", 1), value("price", "n", 1), value("age", "n")], [value("flat", "n")],
         tensors | flat, output="logit")
    # What must be refused.
    save(folder / "table_unnamed.onnx", [linear], x, [value("logit", "n", 1)], tensors, output="logit")
    save(folder / "table_unclear.onnx", [linear], x, [value("logit", "n", 1)], tensors, features=",".join(COLUMNS))
    save(folder / "table_swapped.onnx", [linear], x, [value("logit", "n", 1)], tensors, features="stock,price,age", output="logit")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
