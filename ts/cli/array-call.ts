/** What forward and backward have in common: a pool, buffers in its memory, and pieces that go through them. */
import type { ArenaTensor } from "../api.js";
import type { Want } from "../gradients.js";
import { TILE } from "../memory/workspace.js";
import type { Codec } from "../npy/dtype.js";
import { formatHeader } from "../npy/header.js";
import { findHost } from "../threads/host.js";
import { LongCall, type Piece } from "../threads/long-call.js";
import type { Pool } from "../threads/pool.js";
import { startPool } from "../threads/start.js";
import { inlinedModules } from "../wasm/inlined.js";
import type { ArrayInput } from "./array-file.js";
import type { ArrayOptions } from "./options.js";
import { openOutput } from "./output.js";
import { inParameters, readParameters } from "./parameters.js";
import { runPipeline } from "./pipeline.js";
import { Progress } from "./progress.js";

/** Elements of a piece: 4 MiB of float32, well above what a system call and an event cost. */
const PIECE = 2 ** 20;

/** A piece, and room for its values of each input. */
interface Slot {
  piece: Piece | undefined;
  readonly values: readonly Float32Array[];
  readonly codecs: readonly Codec[];
}

/** Says something to the user that is no result, on standard error. */
export function warn(message: string): void {
  process.stderr.write(`sau-simd: ${message}\n`);
}

function findNoHost(): never {
  throw new Error("one thread was asked for");
}

async function startThreads({ threads, deterministic }: ArrayOptions): Promise<Pool> {
  const host = threads > 1 ? findHost : findNoHost;
  const options = threads > 1 ? { threads, deterministic } : { deterministic };
  const pool = await startPool(options, inlinedModules, { host, worthSharing: { forward: 0, backward: 0 } });
  if (pool.threads !== threads) warn(pool.report);
  return pool;
}

/** Three slots for pieces of at most `most` elements. */
function makeSlots(pool: Pool, inputs: readonly ArrayInput[], most: number): [Slot, Slot, Slot] {
  const allocate = (): ArenaTensor[] => inputs.map(() => pool.alloc(most));
  const tensors = [allocate(), allocate(), allocate()] as const;
  // Each allocation may move the memory: the arrays are read when all are done.
  const slot = (row: readonly ArenaTensor[]): Slot => {
    const values = row.map(({ array }) => array);
    return { piece: undefined, values, codecs: inputs.map((input, i) => input.codec(values[i]!)) };
  };
  return [slot(tensors[0]), slot(tensors[1]), slot(tensors[2])];
}

/**
 * Sends arrays of the same length through a call. The first one's values become the results.
 *
 * @param output where results go, in the first input's dtype and order; undefined for nowhere
 * @param want what of backward is wanted; undefined for forward
 * @returns the parameters' gradients
 */
export async function runCall(
  inputs: readonly [x: ArrayInput, dy?: ArrayInput],
  output: string | undefined,
  options: ArrayOptions,
  want?: readonly Want[],
): Promise<Record<string, unknown>> {
  const [x] = inputs;
  const arrays = inputs as readonly ArrayInput[];
  const params = await readParameters(options, x.header);
  const pool = await startThreads(options);
  let call: LongCall;
  try {
    call = new LongCall(pool, params, x.length, want);
  } catch (error) {
    throw inParameters(error, options);
  }
  const out = output === undefined ? undefined : await openOutput(output);
  await out?.write(formatHeader(x.header));
  const most = Math.min(PIECE, Math.max(TILE, x.length));
  const slots = makeSlots(pool, arrays, most);
  const progress = new Progress(x.byteLength, options.quiet);
  try {
    await runPipeline(slots, {
      async read(slot) {
        const piece = call.next(most);
        slot.piece = piece;
        if (piece === undefined) return false;
        await Promise.all(arrays.map((array, i) => array.read(slot.codecs[i]!, piece.length)));
        return true;
      },
      async compute({ piece, values: [first, second], codecs }) {
        for (const codec of codecs) codec.decode(piece!.length);
        await call.run(piece!, first!, second);
        if (out !== undefined) codecs[0]!.encode(piece!.length);
      },
      async write({ piece, codecs }) {
        const bytes = codecs[0]!.bytes(piece!.length);
        await out?.write(bytes);
        progress.add(bytes.length);
      },
    });
    for (const array of arrays) await array.finish();
  } finally {
    progress.stop();
  }
  await out?.commit();
  const overflows = slots.flatMap(({ codecs }) => codecs).reduce((sum, codec) => sum + codec.overflows, 0);
  if (overflows > 0) {
    const values = overflows === 1 ? "1 finite value" : `${overflows} finite values`;
    warn(`${values} became infinite: float32, or the file's dtype, has none so large`);
  }
  const gradients = call.gradients();
  await pool.dispose();
  return gradients;
}
