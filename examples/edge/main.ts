/** `npm run example:edge`: the Worker runs on this machine, reads digits, and is timed. */
import { parseArgs } from "node:util";
import { loadTestDigits, pixelsOf } from "../digits/digits.js";
import { drawDigit } from "../digits/drawing.js";
import { bundle, gzippedSize } from "./host/bundle.js";
import { coldStart } from "./host/cold-start.js";
import { post, quantile } from "./host/load.js";
import { serve } from "./host/serve.js";
import type { Reading } from "./worker/reader.js";

const SHOWN = 3;
const ROUNDS = 5;
const REQUESTS = 5000;

const HELP = `Runs the edge example: a Worker that reads handwritten digits.

npm run example:edge -- [options]

  --serve      stay and serve the page to draw on, until Ctrl-C
  --port N     where (default: any free port)
  --help       this text`;

async function demo(stay: boolean, port: number): Promise<void> {
  const modules = await bundle();
  const digits = loadTestDigits();
  const request = {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: new Uint8Array(pixelsOf(digits, 0)),
  };
  console.log(`the Worker has ${gzippedSize(modules).toLocaleString("en")} bytes, gzipped\n`);

  const { worker, empty } = await coldStart(modules, request, ROUNDS);
  console.log(`cold start, from no process to the first answer, median of ${ROUNDS}`);
  console.log(`  this Worker      ${worker.toFixed(0)} ms`);
  console.log(`  an empty Worker  ${empty.toFixed(0)} ms\n`);

  const { url, stop } = await serve(modules, port);
  try {
    const shown: Reading[] = [];
    await post(url, digits, {
      requests: SHOWN,
      concurrency: 1,
      onAnswer: (reading) => shown.push(reading),
    });
    shown.forEach(({ digit, probabilities, tier }, index) => {
      console.log(drawDigit(pixelsOf(digits, index)).join("\n"));
      console.log(`read as ${digit}, ${(100 * probabilities[digit]).toFixed(2)} % sure, on tier ${tier}\n`);
    });

    const times = await post(url, digits, { requests: REQUESTS, concurrency: 1 });
    console.log(`${REQUESTS.toLocaleString("en")} requests, one after the other, there and back`);
    console.log(`  median ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`);
    if (stay) {
      console.log(`\ndraw a digit at ${url.href} (Ctrl-C ends)`);
      await new Promise((resolve) => process.once("SIGINT", resolve));
    } else {
      console.log("\nto draw a digit of your own: npm run example:edge -- --serve");
    }
  } finally {
    await stop();
  }
}

try {
  const {
    help,
    serve: stay,
    port,
  } = parseArgs({
    options: {
      help: { type: "boolean", default: false },
      serve: { type: "boolean", default: false },
      port: { type: "string", default: "0" },
    },
  }).values;
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    throw new Error(`--port is ${JSON.stringify(port)}, expected a whole number from 0 to 65535`);
  }
  if (help) console.log(HELP);
  else await demo(stay, Number(port));
} catch (error) {
  console.error(`edge example: ${(error as Error).message.split("\n")[0]}`);
  process.exitCode = 1;
}
