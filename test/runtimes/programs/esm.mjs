// The body on the package as an ES module, in hosts that have Node's console.
const before = performance.now();
const sau = await import("sau-simd");
const importMs = performance.now() - before;
const { createSauPool } = await import("sau-simd/threads");
const { run } = await import("./body.js");
console.log(JSON.stringify({ importMs, ...(await run(sau, { createSauPool })) }));
