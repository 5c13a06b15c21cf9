"""Checks the model in each folder by onnx.checker, and runs it by onnxruntime.

The folder has model.onnx, and inputs.json with the name, file, dtype and dims of each input; outputs go to outputs.json
in the same form.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 3

for folder in map(Path, sys.argv[1:]):
    path = folder / "model.onnx"
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, options)
    feeds = {
        each["name"]: np.fromfile(folder / each["file"], each["dtype"]).reshape(each["dims"])
        for each in json.loads((folder / "inputs.json").read_text())
    }
    outputs = []
    for at, (info, value) in enumerate(zip(session.get_outputs(), session.run(None, feeds))):
        file = f"output-{at}"
        value.tofile(folder / file)
        outputs.append({"name": info.name, "file": file, "dtype": value.dtype.str, "dims": value.shape})
    (folder / "outputs.json").write_text(json.dumps(outputs))
