import "./esm.mjs";

postMessage("done");
