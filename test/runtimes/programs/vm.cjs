// The body in a vm context, with the package loaded as test runners load CommonJS modules there.
//   vm.cjs bare            a context with nothing but the language
//   vm.cjs process         with the process, as test runners give
//   vm.cjs without-wasm    a context that may not compile WebAssembly
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const vm = require("node:vm");

const kind = process.argv[2];
const context = vm.createContext(kind === "process" ? { process } : {}, {
  codeGeneration: { strings: true, wasm: kind !== "without-wasm" },
});

/** What the CommonJS module at `path` exports, run in the context. */
function load(path) {
  const module = { exports: {} };
  const { resolve } = createRequire(path);
  const code = `(function (exports, require, module) {${readFileSync(path, "utf8")}\n})`;
  const run = vm.runInContext(code, context, { filename: path });
  run(module.exports, (name) => load(resolve(name)), module);
  return module.exports;
}

const before = performance.now();
const sau = load(require.resolve("sau-simd"));
const importMs = performance.now() - before;
const { createSauPool } = load(require.resolve("sau-simd/threads"));
const { run } = load(require.resolve("./body.cjs"));

// An array of another realm is an array.
const y = sau.forward(Float32Array.of(1e6));
if (y[0] !== 1e6) throw new Error(`forward of an array from outside the context gives ${y}`);
run(sau, { createSauPool }).then((found) => console.log(JSON.stringify({ importMs, ...found })));
