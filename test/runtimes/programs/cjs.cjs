// The body on the package as a CommonJS module.
const before = performance.now();
const sau = require("sau-simd");
const importMs = performance.now() - before;
const { createSauPool } = require("sau-simd/threads");
import("./body.js")
  .then(({ run }) => run(sau, { createSauPool }))
  .then((found) => console.log(JSON.stringify({ importMs, ...found })));
