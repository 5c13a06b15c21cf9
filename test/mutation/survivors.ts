/**
 * Mutants that no test notices, each as the line where it begins and what stands there instead, with the reason.
 * `npm run test:mutation` fails for one that survives and is not here, and for one that is here and was killed.
 */

/** Mutants with one reason, by their files. */
interface Survivors {
  readonly reason: string;
  readonly mutants: Readonly<Record<string, readonly (readonly [before: string, after: string])[]>>;
}

const SHORTCUT = "A shortcut: without it a call gives the same, later, or with more garbage.";
const SAME_BOTH_WAYS =
  "Both sides of a bound give the same: it says where another way to the same bits begins.";
const UNUSED =
  "One step more writes or reads what nobody asks for: it lies beyond what is used, is 0, or is set before it is read.";
const SAME_NUMBER =
  "The factor or the distance is 0 or 1 in size, so that the other sign, or the quotient, is the same.";
const SAME_BYTE = "The byte that is kept of it is the same.";
const FIRST_VALUE = "A first value that is never read before it is set, or means the same.";
const UNREACHABLE = "The value that would tell them apart cannot occur, or nobody reads it.";
const TOO_LARGE = "Would take a memory of 4 GiB.";
const ENDED_IN_BETWEEN =
  "Counts where a call ends in between, by an overflow of the stack or a timeout: test/interrupted.test.ts asks for it in processes of their own.";
const INIT_ALONE =
  "Called by entries/init.ts alone, which is not mutated, and whose tests need modules loaded anew: test/init.test.ts.";
const NEWER_NODE = "Node 20 has no relaxed-simd: asked where there is, with Node 22 to 26 in test/runtimes/.";
const OTHER_HOSTS =
  "Seen on other hosts alone, where tests of their own ask: test/runtimes/, test/entries.test.ts.";

/** The reasons of those that change no result, no error and no memory: no test could notice them. */
export const CHANGE_NOTHING: readonly string[] = [
  SHORTCUT,
  SAME_BOTH_WAYS,
  UNUSED,
  SAME_NUMBER,
  SAME_BYTE,
  FIRST_VALUE,
  UNREACHABLE,
];

export const SURVIVORS: readonly Survivors[] = [
  {
    reason: SHORTCUT,
    mutants: {
      "ts/cli/backward.ts": [
        [
          'const wanted = command.dx === undefined ? want : (["dx", ...want] as const);',
          'const wanted = false ? want : (["dx", ...want] as const);',
        ],
      ],
      "ts/cli/options.ts": [
        [
          "const out = dx === undefined ? undefined : outputName(dx);",
          "const out = false ? undefined : outputName(dx);",
        ],
      ],
      "ts/cli/onnx.ts": [
        ["...(channelAxis !== undefined && { channelAxis }),", "...(true && { channelAxis }),"],
        ["...(nodes !== undefined && { nodes }),", "...(true && { nodes }),"],
      ],
      "ts/cli/input.ts": [
        [
          "return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);",
          "return false ? chunks[0]! : Buffer.concat(chunks);",
        ],
        [
          "const left = this.size === undefined ? 0 : this.size - this.offset + 1;",
          "const left = false ? 0 : this.size - this.offset + 1;",
        ],
      ],
      "ts/cli/array-call.ts": [
        [
          "if (out !== undefined) codecs[0]!.encode(piece!.length);",
          "if (true) codecs[0]!.encode(piece!.length);",
        ],
        [
          "const most = Math.min(PIECE, Math.max(TILE, x.length));",
          "const most = Math.min(PIECE, Math.min(TILE, x.length));",
        ],
      ],
      "ts/threads/pool.ts": [
        ["if (isDisposed) return;", "if (false) return;"],
        [
          "if (sums !== undefined) finish(result, wanted, params, sums);",
          "if (true) finish(result, wanted, params, sums);",
        ],
      ],
      "ts/tfjs/training/depthwise.ts": [
        ["if (rows === 1 && columns === 1) return image;", "if (false) return image;"],
        ["if (multiplier === 1) return terms;", "if (false) return terms;"],
      ],
      "ts/threads/tasks.ts": [
        [
          "out: dx === undefined ? undefined : dxAt >= 0 ? dxAt + start * FLOAT : store,",
          "out: dx === undefined ? undefined : false ? dxAt + start * FLOAT : store,",
        ],
        ["const piece = sums === undefined ? most : TILE;", "const piece = false ? most : TILE;"],
        [
          "const indirect = dxAt >= 0 && (accumulate || overlap(dx!, x) || overlap(dx!, dy));",
          "const indirect = dxAt >= 0 && (true);",
        ],
        [
          "const indirect = dxAt >= 0 && (accumulate || overlap(dx!, x) || overlap(dx!, dy));",
          "const indirect = true;",
        ],
        [
          "const dxAt = dx === undefined ? -1 : arena.addressOf(dx);",
          "const dxAt = true ? -1 : arena.addressOf(dx);",
        ],
        ["const [xAt, dyAt] = [arena.addressOf(x), arena.addressOf(dy)];", "const [xAt, dyAt] = [];"],
        ["const indirect = yAt >= 0 && overlap(x, y);", "const indirect = yAt >= 0 || overlap(x, y);"],
        ["const indirect = yAt >= 0 && overlap(x, y);", "const indirect = true;"],
      ],
      "ts/threads/long-call.ts": [
        ["withBias: this.#wanted?.bias ?? false,", "withBias: this.#wanted?.bias ?? true,"],
        [
          "if (this.#setUp?.pass !== pass) this.#setUp = setUpOf(pass, this.#params);",
          "if (true) this.#setUp = setUpOf(pass, this.#params);",
        ],
        [
          "const indirect = hasOutput && (sums !== undefined || this.#pool.hasWorkers);",
          "const indirect = hasOutput || sums !== undefined || this.#pool.hasWorkers;",
        ],
        [
          "const indirect = hasOutput && (sums !== undefined || this.#pool.hasWorkers);",
          "const indirect = hasOutput && (true);",
        ],
        [
          "const indirect = hasOutput && (sums !== undefined || this.#pool.hasWorkers);",
          "const indirect = true;",
        ],
      ],
      "ts/threads/item.ts": [
        [
          "if (id === this.#setUp && backward === this.#backward) return;",
          "if (id === this.#setUp && backward !== this.#backward) return;",
        ],
        ["if (id === this.#setUp && backward === this.#backward) return;", "if (false) return;"],
        ["return false;", "return true;"],
        [
          "if (i32[at / WORD + HEADER.words + k * CALL.words + CALL.target] !== 0) return true;",
          "if (i32[at / WORD + HEADER.words + k / CALL.words + CALL.target] !== 0) return true;",
        ],
        [
          "if (i32[at / WORD + HEADER.words + k * CALL.words + CALL.target] !== 0) return true;",
          "if (true) return true;",
        ],
        ["for (let k = 0; k < calls; k++) {", "for (let k = 0; k < calls; k--) {"],
        ["const withBias = (flags & FLAG.withBias) !== 0;", "const withBias = true;"],
      ],
      "ts/threads/board.ts": [
        [
          "atomics.store(words, WORD.next, wrap(index + 1));",
          "atomics.store(words, WORD.next, wrap(index - 1));",
        ],
        ["if (atomics.load(words, state) !== PHASE.ready) continue;", "if (false) continue;"],
        [
          "if (wrap(end - index) > PLACES) index = wrap(end - PLACES);",
          "if (wrap(end + index) > PLACES) index = wrap(end - PLACES);",
        ],
        [
          "if (wrap(end - index) > PLACES) index = wrap(end - PLACES);",
          "if (true) index = wrap(end - PLACES);",
        ],
      ],
      "ts/checks.ts": [
        ['if (!hasValues(x)) checkArray(part("x", index), x);', 'if (true) checkArray(part("x", index), x);'],
        ["if (!hasValues(out)) checkArray(name(), out);", "if (true) checkArray(name(), out);"],
        [
          "function hasValues(value: unknown): value is Float32Array {",
          "function hasValues(value: unknown): value is Float32Array {}",
        ],
        ["return isFloat32Array(value) && hasFirst(value);", "return false;"],
        [
          'if (!hasValues(dy)) checkArray(part("dy", index), dy);',
          'if (true) checkArray(part("dy", index), dy);',
        ],
        [
          "if (x.length !== length) checked = checker.check(x.length);",
          "if (true) checked = checker.check(x.length);",
        ],
        ["if (!(dAlpha || dBeta || dBias)) return;", "if (false) return;"],
        ["if (!(dAlpha || dBeta || dBias)) return;", "if (!(true)) return;"],
      ],
      "ts/kernels/js.ts": [
        ["if (this.#block !== block) {", "if (true) {"],
        ["const isPlain = memory.i32[(block + BLOCK.plainTable) >>> 2] !== 0;", "const isPlain = false;"],
      ],
      "ts/memory/block.ts": [
        ["let isPlain = true;", "let isPlain = false;"],
        ["if (shift !== 0 || a > 1 || a === 0) isPlain = false;", "if (true) isPlain = false;"],
      ],
      "ts/memory/stream.ts": [
        ["} else if (needsRescue(params)) {", "} else if (true) {"],
        [
          "if (scale !== 1) arena.multiply(xTile, length, 1 / scale);",
          "if (true) arena.multiply(xTile, length, 1 / scale);",
        ],
        [
          "if (scale !== 1) arena.multiply(outTile, length, scale);",
          "if (true) arena.multiply(outTile, length, scale);",
        ],
        [
          "return input.length <= COPIED_LENGTH ? -1 : this.arena.addressOf(input);",
          "return false ? -1 : this.arena.addressOf(input);",
        ],
        [
          "return this.#setUp(params, pass, scale, value <= 1 && value !== 0);",
          "return this.#setUp(params, pass, scale, false);",
        ],
        ["if (!this.#table.holds(params, pass, scale)) {", "if (true) {"],
        ["if (a !== this.#alpha || b !== this.#beta) {", "if (true) {"],
        [
          "const inPlace = !copied && dx !== undefined && (overlap(dx, x) || overlap(dx, dy));",
          "const inPlace = true;",
        ],
        [
          "const inPlace = !copied && dx !== undefined && (overlap(dx, x) || overlap(dx, dy));",
          "const inPlace = !copied && dx !== undefined && (true);",
        ],
        ["if (sums !== undefined) this.#passSums.begin(pass);", "if (true) this.#passSums.begin(pass);"],
        [
          "if (sums === undefined) this.backwardCall(uniform, pass, xFrom, dyFrom, to, length, first);",
          "if (false) this.backwardCall(uniform, pass, xFrom, dyFrom, to, length, first);",
        ],
        [
          "if (scale !== 1) multiplyNegatives(found, pass.positions, scale);",
          "if (true) multiplyNegatives(found, pass.positions, scale);",
        ],
        ["if (allFinite(sums, count)) break;", "if (false) break;"],
        [
          "if (withBias) sums[SUM.slope] = arena.sum(dx, length);",
          "if (true) sums[SUM.slope] = arena.sum(dx, length);",
        ],
        [
          "function allFinite(values: Float64Array, count: number): boolean {",
          "function allFinite(values: Float64Array, count: number): boolean {}",
        ],
        [
          "for (let k = 0; k < count; k++) if (!Number.isFinite(values[k])) return false;",
          "for (let k = 0; k < count; k--) if (!Number.isFinite(values[k])) return false;",
        ],
        [
          "for (let k = 0; k < count; k++) if (!Number.isFinite(values[k])) return false;",
          "for (let k = 0; k < count; k++) if (Number.isFinite(values[k])) return false;",
        ],
        [
          "for (let k = 0; k < count; k++) if (!Number.isFinite(values[k])) return false;",
          "for (let k = 0; k < count; k++) if (true) return false;",
        ],
        ["return true;", "return false;"],
        [
          "function isCopiedWhole({ length }: Float32Array, { layout }: CheckedParams): boolean {",
          "function isCopiedWhole({ length }: Float32Array, { layout }: CheckedParams): boolean {}",
        ],
        ["return layout === undefined && length <= COPIED_LENGTH;", "return false;"],
        [
          "if (output === undefined || output === input || !overlap(input, output)) return input;",
          "if (output === undefined || false || !overlap(input, output)) return input;",
        ],
        [
          "const inPlace = input.buffer === output.buffer && input.byteOffset === output.byteOffset;",
          "const inPlace = false;",
        ],
        [
          "const inPlace = input.buffer === output.buffer && input.byteOffset === output.byteOffset;",
          "const inPlace = true && input.byteOffset === output.byteOffset;",
        ],
        [
          "const inPlace = input.buffer === output.buffer && input.byteOffset === output.byteOffset;",
          "const inPlace = input.buffer !== output.buffer && input.byteOffset === output.byteOffset;",
        ],
        [
          "if (a.buffer !== b.buffer) return isShared(a.buffer) && isShared(b.buffer);",
          "if (a.buffer !== b.buffer) return isShared(a.buffer) || isShared(b.buffer);",
        ],
        [
          "const most = xAt >= 0 && yAt >= 0 ? Math.max(pass.length, 1) : TILE;",
          "const most = xAt > 0 && yAt >= 0 ? Math.max(pass.length, 1) : TILE;",
        ],
        [
          "const most = xAt >= 0 && yAt >= 0 ? Math.max(pass.length, 1) : TILE;",
          "const most = xAt >= 0 && yAt > 0 ? Math.max(pass.length, 1) : TILE;",
        ],
        [
          "if (xAt < 0) arena.copyIn(xTile, x, start, length);",
          "if (xAt <= 0) arena.copyIn(xTile, x, start, length);",
        ],
        [
          "if (dyAt < 0) arena.copyIn(dyTile, dy, start, length);",
          "if (dyAt <= 0) arena.copyIn(dyTile, dy, start, length);",
        ],
      ],
      "ts/sau.ts": [
        ["if (dx !== undefined || sums !== undefined) {", "if (true) {"],
        [
          "if (sums !== undefined) finish(result, wanted, params, sums);",
          "if (true) finish(result, wanted, params, sums);",
        ],
      ],
      "ts/memory/arena.ts": [
        [
          "if (hasHeap) this.#heap.give(at.end, buffer.byteLength - at.end);",
          "if (false) this.#heap.give(at.end, buffer.byteLength - at.end);",
        ],
        [
          "if (this.#f32.length !== 0 && this.#f32.buffer === this.memory.buffer) return;",
          "if (false) return;",
        ],
        ["if (this.#f64.length === 0) this.refresh();", "if (true) this.refresh();"],
        ["if (this.#i32.length === 0) this.refresh();", "if (true) this.refresh();"],
        ["if (this.#f32.length !== 0) {", "if (true) {"],
        ["if (this.#f32.length === 0) this.refresh();", "if (true) this.refresh();"],
        [
          "if (array.byteOffset > 0 || array.length > FIRST_LINE) this.addressOf(array);",
          "if (true) this.addressOf(array);",
        ],
        [
          "if (array.byteOffset > 0 || array.length > FIRST_LINE) this.addressOf(array);",
          "if (array.byteOffset >= 0 || array.length > FIRST_LINE) this.addressOf(array);",
        ],
        [
          "if (array.byteOffset > 0 || array.length > FIRST_LINE) this.addressOf(array);",
          "if (array.byteOffset > 0 || array.length >= FIRST_LINE) this.addressOf(array);",
        ],
        ["if (length <= SHORT) {", "if (true) {"],
        ["if (length <= SHORT) {", "if (false) {"],
        ["if (length <= SHORT) {", "if (length > SHORT) {"],
        ["const whole = start === 0 && length === source.length;", "const whole = false;"],
        [
          "const whole = start === 0 && length === source.length;",
          "const whole = start !== 0 && length === source.length;",
        ],
      ],
      "ts/params.ts": [
        [
          "export function hasFirst(array: Float32Array): boolean {",
          "export function hasFirst(array: Float32Array): boolean {}",
        ],
        ["return array[0] !== undefined;", "return false;"],
        ["if (!hasFirst(value)) {", "if (true) {"],
        ["this.#isGood &&", "false"],
        [") {", ") {}"],
        ["if (this.#isGood) return this.#checked;", "if (false) return this.#checked;"],
        ["this.#isGood = noShape && !perChannel;", "this.#isGood = false;"],
        ["this.#isGood = noShape && !perChannel;", "this.#isGood = noShape && perChannel;"],
        [
          "if (target.values.length < channels) target.values = new Float32Array(channels);",
          "if (target.values.length <= channels) target.values = new Float32Array(channels);",
        ],
        [
          "const fits = scale < LARGEST_SCALE ? 1 : 2 ** (Math.floor(Math.log2(scale)) - 122);",
          "const fits = false ? 1 : 2 ** (Math.floor(Math.log2(scale)) - 122);",
        ],
      ],
      "ts/onnx/activations.ts": [
        [
          "if (opType === undefined || !ACTIVATIONS.includes(opType)) continue;",
          "if (false || !ACTIVATIONS.includes(opType)) continue;",
        ],
      ],
      "ts/onnx/clips.ts": [
        [
          '[min, max].flatMap((bound) => (typeof bound === "string" ? [{ body, name: bound }] : [])),',
          "[min, max].flatMap((bound) => (true ? [{ body, name: bound }] : [])),",
        ],
      ],
      "ts/onnx/model.ts": [
        [
          "else if (!this.#isThere(present, encoded)) this.#message.replace(present, encoded);",
          "else if (true) this.#message.replace(present, encoded);",
        ],
        [
          "if (this.#irVersion >= FIRST_IR_VERSION) return;",
          "if (this.#irVersion > FIRST_IR_VERSION) return;",
        ],
        [
          "#isThere({ start, end }: Field, encoded: Uint8Array): boolean {",
          "#isThere({ start, end }: Field, encoded: Uint8Array): boolean {}",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return false;",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return true && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return end - start !== encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return end + start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return end - start === encoded.length && encoded.every(() => undefined);",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return end - start === encoded.length && encoded.every((byte, i) => false);",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return end - start === encoded.length && encoded.every((byte, i) => byte !== this.#bytes[start + i]);",
        ],
        [
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);",
          "return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start - i]);",
        ],
      ],
      "ts/onnx/numbers.ts": [
        [
          "const field = raw ?? (dataField === undefined ? undefined : lastField(tensor, dataField));",
          "const field = raw ?? (false ? undefined : lastField(tensor, dataField));",
        ],
      ],
      "ts/onnx/replace.ts": [
        [
          "return new Scopes(model.bodies(), alpha?.perChannel || beta.perChannel ? uses : [], shapes);",
          "return new Scopes(model.bodies(), true ? uses : [], shapes);",
        ],
        [
          "return new Scopes(model.bodies(), alpha?.perChannel || beta.perChannel ? uses : [], shapes);",
          'return new Scopes(model.bodies(), alpha?.perChannel || beta.perChannel ? uses : ["Stryker was here"], shapes);',
        ],
      ],
      "ts/onnx/scopes.ts": [
        ["if (names.size === 0) return;", "if (false) return;"],
        ["if (!asked.has(message.start)) continue;", "if (false) continue;"],
        [
          "if (names.has(name)) this.#told.set(key(message, name), undefined);",
          "if (true) this.#told.set(key(message, name), undefined);",
        ],
        [
          "if (names.has(name)) this.#told.set(key(message, name), tell());",
          "if (true) this.#told.set(key(message, name), tell());",
        ],
      ],
      "ts/onnx/shapes.ts": [
        [
          "sizes.push(size !== undefined && size < 0 ? undefined : size);",
          "sizes.push(true && size < 0 ? undefined : size);",
        ],
      ],
      "ts/tfjs/broadcast.ts": [
        [
          "if (aligned.every((size, axis) => size === sizes[axis])) return undefined;",
          "if (false) return undefined;",
        ],
        [
          "if (aligned.every((size, axis) => size === sizes[axis])) return undefined;",
          "if (aligned.every(() => undefined)) return undefined;",
        ],
        [
          "if (aligned.every((size, axis) => size === sizes[axis])) return undefined;",
          "if (aligned.every((size, axis) => false)) return undefined;",
        ],
        [
          "if (aligned.every((size, axis) => size === sizes[axis])) return undefined;",
          "if (aligned.every((size, axis) => size !== sizes[axis])) return undefined;",
        ],
        [
          "if (channels === undefined || values.length === 1) return values[0]!;",
          "if (false || values.length === 1) return values[0]!;",
        ],
      ],
      "ts/tfjs/op.ts": [
        [
          "const kept = !isRecorded && slope && e && g ? { slope, e, g } : partsOf(tf, input, now);",
          "const kept = false ? { slope, e, g } : partsOf(tf, input, now);",
        ],
      ],
      "ts/tfjs/stores/wasm.ts": [
        [
          "if (arena === undefined) return viewsOf(backend, tensors);",
          "if (true) return viewsOf(backend, tensors);",
        ],
      ],
    },
  },
  {
    reason: SAME_BOTH_WAYS,
    mutants: {
      "ts/cli/progress.ts": [
        [
          "const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));",
          "const power = bytes <= 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));",
        ],
      ],
      "ts/threads/board.ts": [
        [
          "if (wrap(end - index) > PLACES) index = wrap(end - PLACES);",
          "if (wrap(end - index) >= PLACES) index = wrap(end - PLACES);",
        ],
      ],
      "ts/npy/float16.ts": [
        [
          "if (magnitude >= 0x0400) return sign | ((magnitude << DROPPED) + REBIAS);",
          "if (magnitude > 0x0400) return sign | ((magnitude << DROPPED) + REBIAS);",
        ],
        ["if (magnitude >= BEYOND) {", "if (magnitude > BEYOND) {"],
        [
          "if (magnitude >= SMALLEST_NORMAL) return sign | roundOff(magnitude - REBIAS, DROPPED);",
          "if (magnitude > SMALLEST_NORMAL) return sign | roundOff(magnitude - REBIAS, DROPPED);",
        ],
        ["if (magnitude <= HALF_OF_SMALLEST) return sign;", "if (magnitude < HALF_OF_SMALLEST) return sign;"],
      ],
      "ts/kernels/js.ts": [
        ["if (distance >= clampedFrom) {", "if (distance > clampedFrom) {"],
        ["if (u >= clamp) {", "if (u > clamp) {"],
        [
          "const Q = tailOf(clamp < u ? clamp : u, q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart);",
          "const Q = tailOf(clamp <= u ? clamp : u, q7, q6, q5, q4, q3, q2, q1, shift0, shift1, tailStart);",
        ],
        ["const t = clamp < u ? clamp : u;", "const t = clamp <= u ? clamp : u;"],
      ],
      "ts/memory/block.ts": [
        [
          "if (shift !== 0 || a > 1 || a === 0) isPlain = false;",
          "if (shift !== 0 || a >= 1 || a === 0) isPlain = false;",
        ],
      ],
      "ts/memory/stream.ts": [
        [
          "return input.length <= COPIED_LENGTH ? -1 : this.arena.addressOf(input);",
          "return input.length < COPIED_LENGTH ? -1 : this.arena.addressOf(input);",
        ],
        [
          "return this.#setUp(params, pass, scale, value <= 1 && value !== 0);",
          "return this.#setUp(params, pass, scale, value < 1 && value !== 0);",
        ],
        [
          "return layout === undefined && length <= COPIED_LENGTH;",
          "return layout === undefined && length < COPIED_LENGTH;",
        ],
      ],
      "ts/batch.ts": [
        [
          "return more.length === 0 && length <= TILE ? pass : undefined;",
          "return more.length === 0 && length < TILE ? pass : undefined;",
        ],
      ],
      "ts/memory/arena.ts": [["if (length <= SHORT) {", "if (length < SHORT) {"]],
      "ts/params.ts": [
        ["return Math.abs(alpha) < 2 ** 126;", "return Math.abs(alpha) <= 2 ** 126;"],
        [
          "while (fround(step(from, -1) * scaled) >= clamp) from = step(from, -1);",
          "while (fround(step(from, +1) * scaled) >= clamp) from = step(from, -1);",
        ],
        [
          "return beta < SMALLEST_BETA && alpha !== 1 ? BETA_RESCUE : 1;",
          "return beta <= SMALLEST_BETA && alpha !== 1 ? BETA_RESCUE : 1;",
        ],
        [
          "const fits = scale < LARGEST_SCALE ? 1 : 2 ** (Math.floor(Math.log2(scale)) - 122);",
          "const fits = scale <= LARGEST_SCALE ? 1 : 2 ** (Math.floor(Math.log2(scale)) - 122);",
        ],
      ],
      "ts/tfjs/broadcast.ts": [["if (first >= end) return undefined;", "if (first > end) return undefined;"]],
      "ts/tfjs/layer.ts": [["if (unknown >= 0) {", "if (unknown > 0) {"]],
    },
  },
  {
    reason: UNUSED,
    mutants: {
      "ts/cli/output.ts": [
        [
          "const [, descriptor] = DESCRIPTOR.exec(end) ?? [];",
          'const [, descriptor] = DESCRIPTOR.exec(end) ?? ["Stryker was here"];',
        ],
      ],
      "ts/tfjs/training/window.ts": [
        [
          "const after = size - before - image.shape[1 + i]!;",
          "const after = size - before + image.shape[1 + i]!;",
        ],
      ],
      "ts/threads/pool.ts": [
        [
          "for (const y of out ?? []) this.#arena.checkPlace(y);",
          'for (const y of out ?? ["Stryker was here"]) this.#arena.checkPlace(y);',
        ],
      ],
      "ts/tfjs/training/max-pool.ts": [
        ["if (place >= 0) dx[place]! += dy[window]!;", "if (true) dx[place]! += dy[window]!;"],
        [
          "for (let batch = 0; batch < batchSize; batch++) {",
          "for (let batch = 0; batch <= batchSize; batch++) {",
        ],
      ],
      "ts/threads/item.ts": [
        [
          "for (let c = 0; c < count; c++) f32[to + c] = parameter.values[from + c]!;",
          "for (let c = 0; c <= count; c++) f32[to + c] = parameter.values[from + c]!;",
        ],
        [
          "return sums === undefined ? 0 : roundUp(SUM.count * setUp.pass.positions * DOUBLE, CACHE_LINE);",
          "return false ? 0 : roundUp(SUM.count * setUp.pass.positions * DOUBLE, CACHE_LINE);",
        ],
        [
          "return Math.floor((offset + positions - 1) / inner) + 1;",
          "return Math.floor((offset + positions + 1) / inner) + 1;",
        ],
        [
          "return Math.floor((offset + positions - 1) / inner) + 1;",
          "return Math.floor((offset + positions - 1) * inner) + 1;",
        ],
      ],
      "ts/npy/dtype.ts": [
        [
          "for (let i = 0; i < length; i++) bits[i] = float16ToFloat32(halves[i]!);",
          "for (let i = 0; i <= length; i++) bits[i] = float16ToFloat32(halves[i]!);",
        ],
        ["for (let i = 0; i < length; i++) {", "for (let i = 0; i <= length; i++) {"],
      ],
      "ts/kernels/js.ts": [
        [
          "for (let start = 0; start < length; start += UNITS.group) {",
          "for (let start = 0; start <= length; start += UNITS.group) {",
        ],
        ["for (let k = 0; k < length; k++) {", "for (let k = 0; k <= length; k++) {"],
        ["const zero = base + (BLOCK.zero >>> 2);", "const zero = base - (BLOCK.zero >>> 2);"],
      ],
      "ts/memory/block.ts": [
        ["for (let row = 0; row < ROW.count; row++) {", "for (let row = 0; row <= ROW.count; row++) {"],
        ["for (let kind = 0; kind < SUM.count; kind++) {", "for (let kind = 0; kind <= SUM.count; kind++) {"],
        [
          "for (let position = 0; position < positions; position++) sums[to + position] = f64[from + position]!;",
          "for (let position = 0; position <= positions; position++) sums[to + position] = f64[from + position]!;",
        ],
      ],
      "ts/memory/pass-sums.ts": [
        [
          "for (let k = 0; k < this.#count; k++) sums[k]! += shard[from + k]!;",
          "for (let k = 0; k <= this.#count; k++) sums[k]! += shard[from + k]!;",
        ],
        ["for (let kind = 0; kind < SUM.count; kind++) {", "for (let kind = 0; kind <= SUM.count; kind++) {"],
      ],
      "ts/memory/stream.ts": [
        ["for (let k = 0; k < count; k++) {", "for (let k = 0; k <= count; k++) {"],
        [
          "for (let k = 0; k < count; k++) if (!Number.isFinite(values[k])) return false;",
          "for (let k = 0; k <= count; k++) if (!Number.isFinite(values[k])) return false;",
        ],
      ],
      "ts/memory/tiles.ts": [
        [
          "for (let start = 0; start < period; start += slice) {",
          "for (let start = 0; start <= period; start += slice) {",
        ],
      ],
      "ts/params.ts": [
        [
          "for (let c = 0; c < channels; c++) target.values[c] = oneZero(name, given[c]!);",
          "for (let c = 0; c <= channels; c++) target.values[c] = oneZero(name, given[c]!);",
        ],
      ],
      "ts/onnx/clips.ts": [
        [
          '[min, max].flatMap((bound) => (typeof bound === "string" ? [{ body, name: bound }] : [])),',
          '[min, max].flatMap((bound) => (typeof bound === "string" ? [{ body, name: bound }] : ["Stryker was here"])),',
        ],
        [
          "if (bound !== undefined) bounds[bound] = node.string(field) || undefined;",
          "if (true) bounds[bound] = node.string(field) || undefined;",
        ],
      ],
      "ts/onnx/message.ts": [
        [
          "if (end > at) parts.push(this.#file.bytes.subarray(at, end));",
          "if (true) parts.push(this.#file.bytes.subarray(at, end));",
        ],
        [
          "if (end > at) parts.push(this.#file.bytes.subarray(at, end));",
          "if (end >= at) parts.push(this.#file.bytes.subarray(at, end));",
        ],
      ],
      "ts/onnx/replace.ts": [
        ["if (counts.length === 0) return [];", 'if (counts.length === 0) return ["Stryker was here"];'],
      ],
      "ts/tfjs/broadcast.ts": [
        ["for (let i = 0; i < places.length; i++) {", "for (let i = 0; i <= places.length; i++) {"],
      ],
    },
  },
  {
    reason: SAME_NUMBER,
    mutants: {
      "ts/threads/tasks.ts": [["setUps = (setUps + 1) & 0x3fffffff;", "setUps = (setUps - 1) & 0x3fffffff;"]],
      "ts/threads/item.ts": [
        ["const id = i32[words + SET_UP.id]!;", "const id = i32[words - SET_UP.id]!;"],
        ["const calls = i32[at / WORD + HEADER.calls]!;", "const calls = i32[at / WORD - HEADER.calls]!;"],
        ["i32[words + SET_UP.id] = id;", "i32[words - SET_UP.id] = id;"],
        ["i32[record + CALL.x] = placeInput(x);", "i32[record - CALL.x] = placeInput(x);"],
        ["i32[at / WORD + HEADER.calls] = tasks.length;", "i32[at / WORD - HEADER.calls] = tasks.length;"],
      ],
      "ts/threads/board.ts": [
        [
          "return (atomics.load(this.#words, this.#place(index) + STATE) & 3) === PHASE.computed;",
          "return (atomics.load(this.#words, this.#place(index) - STATE) & 3) === PHASE.computed;",
        ],
        [
          "return atomics.load(this.#words, this.#place(index) + STATE) >> 2 === owner;",
          "return atomics.load(this.#words, this.#place(index) - STATE) >> 2 === owner;",
        ],
        [
          "return atomics.load(this.#words, this.#place(index) + STATE) === PHASE.done;",
          "return atomics.load(this.#words, this.#place(index) - STATE) === PHASE.done;",
        ],
        [
          "atomics.store(this.#words, place + STATE, PHASE.done);",
          "atomics.store(this.#words, place - STATE, PHASE.done);",
        ],
        [
          "atomics.store(this.#words, this.#place(index) + STATE, owner * 4 + PHASE.computed);",
          "atomics.store(this.#words, this.#place(index) - STATE, owner * 4 + PHASE.computed);",
        ],
        ["const state = this.#place(index) + STATE;", "const state = this.#place(index) - STATE;"],
        [
          "atomics.store(words, place + STATE, PHASE.ready);",
          "atomics.store(words, place - STATE, PHASE.ready);",
        ],
      ],
      "ts/gradients.ts": [
        [
          "alphaGradient(sums[SUM.negative * channels + c]!, sums[SUM.smooth * channels + c]!, beta),",
          "alphaGradient(sums[SUM.negative / channels + c]!, sums[SUM.smooth * channels + c]!, beta),",
        ],
      ],
      "ts/kernels/js.ts": [
        ["const biases = ROW.bias * stride;", "const biases = ROW.bias / stride;"],
        [
          "const input = fround(f32[from + i]! + f32[position + biases]!);",
          "const input = fround(f32[from + i]! + f32[position - biases]!);",
        ],
        [
          "const slope = fround(fround(tailScale * signOf(bits) * Q) + f32[sideOf(bits, alpha, one)]!);",
          "const slope = fround(fround(tailScale / signOf(bits) * Q) + f32[sideOf(bits, alpha, one)]!);",
        ],
        [
          "f32[partial + SUM.negative * UNITS.columns + column]! += negatives;",
          "f32[partial - SUM.negative * UNITS.columns + column]! += negatives;",
        ],
        [
          "f32[partial + SUM.negative * UNITS.columns + column]! += negatives;",
          "f32[partial + SUM.negative / UNITS.columns + column]! += negatives;",
        ],
        [
          "const input = fround(f32[from + i]! + f32[row + ROW.bias * stride]!);",
          "const input = fround(f32[from + i]! + f32[row - ROW.bias * stride]!);",
        ],
        [
          "const input = fround(f32[from + i]! + f32[row + ROW.bias * stride]!);",
          "const input = fround(f32[from + i]! + f32[row + ROW.bias / stride]!);",
        ],
        [
          "f32[sum + SUM.negative * stride]! += fround(f32[sideOf(bits, to + i, zero)]! * gradient);",
          "f32[sum - SUM.negative * stride]! += fround(f32[sideOf(bits, to + i, zero)]! * gradient);",
        ],
        [
          "f32[sum + SUM.negative * stride]! += fround(f32[sideOf(bits, to + i, zero)]! * gradient);",
          "f32[sum + SUM.negative / stride]! += fround(f32[sideOf(bits, to + i, zero)]! * gradient);",
        ],
      ],
      "ts/memory/block.ts": [
        ["splat(i32, BLOCK.sign, -0x80000000);", "splat(i32, BLOCK.sign, +0x80000000);"],
        ["f32[at + ROW.bias * stride] = shift;", "f32[at - ROW.bias * stride] = shift;"],
        ["f32[at + ROW.bias * stride] = shift;", "f32[at + ROW.bias / stride] = shift;"],
      ],
      "ts/memory/stream.ts": [
        [
          "sums[SUM.negative * positions + position]! *= scale;",
          "sums[SUM.negative * positions - position]! *= scale;",
        ],
        [
          "sums[SUM.negative * positions + position]! *= scale;",
          "sums[SUM.negative / positions + position]! *= scale;",
        ],
      ],
    },
  },
  {
    reason: FIRST_VALUE,
    mutants: {
      "ts/cli/options.ts": [
        ['const before = joined.at(-1) ?? "";', 'const before = joined.at(-1) ?? "Stryker was here!";'],
      ],
      "ts/threads/tasks.ts": [["return { start: 0, length: 0, first: 0 };", "return {};"]],
      "ts/threads/item.ts": [
        ["#uniform = false;", "#uniform = true;"],
        ["#backward = false;", "#backward = true;"],
      ],
      "ts/threads/foreman.ts": [
        ["#hasHeard = false;", "#hasHeard = true;"],
        [
          "readonly #items: (Item | undefined)[] = new Array(PLACES);",
          "readonly #items: (Item | undefined)[] = new Array();",
        ],
      ],
      "ts/threads/fifo.ts": [[") {", ") {}"]],
      "ts/kernels/js.ts": [["#block = -1;", "#block = +1;"]],
      "ts/kernels/self-test.ts": [
        [
          "alpha: { perChannel: false, values: Float32Array.of(ALPHA) },",
          "alpha: { perChannel: true, values: Float32Array.of(ALPHA) },",
        ],
        [
          "beta: { perChannel: false, values: Float32Array.of(BETA) },",
          "beta: { perChannel: true, values: Float32Array.of(BETA) },",
        ],
        [
          "bias: { perChannel: false, values: Float32Array.of(-0) },",
          "bias: { perChannel: true, values: Float32Array.of(-0) },",
        ],
        [
          "bias: { perChannel: false, values: Float32Array.of(-0) },",
          "bias: { perChannel: false, values: Float32Array.of(+0) },",
        ],
      ],
      "ts/memory/heap.ts": [
        ["readonly #free: Span[] = [];", 'readonly #free: Span[] = ["Stryker was here"];'],
      ],
      "ts/memory/stream.ts": [
        ["readonly #shard: Shard = { start: 0, length: 0, first: 0 };", "readonly #shard: Shard = {};"],
      ],
      "ts/memory/table-contents.ts": [
        ["#length = -1;", "#length = +1;"],
        ["#isWritten = false;", "#isWritten = true;"],
      ],
      "ts/params.ts": [
        [
          "alpha: { perChannel: false, values: new Float32Array(1) },",
          "alpha: { perChannel: true, values: new Float32Array(1) },",
        ],
        ["readonly given: Given = {", "readonly given: Given = {};"],
        [
          "beta: { perChannel: false, values: new Float32Array(1) },",
          "beta: { perChannel: true, values: new Float32Array(1) },",
        ],
        [
          "bias: { perChannel: false, values: new Float32Array(1) },",
          "bias: { perChannel: true, values: new Float32Array(1) },",
        ],
      ],
      "ts/tiers.ts": [["} catch {", "} catch {}"]],
      "ts/onnx/clips.ts": [
        ["const bounds: Bounds = { min: undefined, max: undefined };", "const bounds: Bounds = {};"],
      ],
      "ts/onnx/encode.ts": [
        [
          "(name: string, values: Float32Array, dims: readonly number[] = []): Fields =>",
          '(name: string, values: Float32Array, dims: readonly number[] = ["Stryker was here"]): Fields =>',
        ],
        [
          "attributes: readonly Attribute[] = [],",
          'attributes: readonly Attribute[] = ["Stryker was here"],',
        ],
      ],
      "ts/tfjs/kernels.ts": [
        ["let gradients: Float32Array[] = [];", 'let gradients: Float32Array[] = ["Stryker was here"];'],
      ],
    },
  },
  {
    reason: UNREACHABLE,
    mutants: {
      "ts/cli/array-call.ts": [
        [
          "const options = threads > 1 ? { threads, deterministic } : { deterministic };",
          "const options = threads >= 1 ? { threads, deterministic } : { deterministic };",
        ],
        [
          "const options = threads > 1 ? { threads, deterministic } : { deterministic };",
          "const options = true ? { threads, deterministic } : { deterministic };",
        ],
        [
          "const pool = await startPool(options, inlinedModules, { host, worthSharing: { forward: 0, backward: 0 } });",
          "const pool = await startPool(options, inlinedModules, { host, worthSharing: {} });",
        ],
        ['throw new Error("one thread was asked for");', 'throw new Error("");'],
      ],
      "ts/cli/bench.ts": [
        [
          "const at = found.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= TOLERANCE));",
          "const at = found.findIndex((value, i) => !(Math.abs(value - expected[i]!) < TOLERANCE));",
        ],
      ],
      "ts/cli/array-file.ts": [
        [
          "throw size < array.#end ? array.#truncated(size) : array.#tooLong();",
          "throw size <= array.#end ? array.#truncated(size) : array.#tooLong();",
        ],
      ],
      "ts/cli/input.ts": [
        [
          "return new Input(path, undefined, fromPipe(new Socket({ fd, readable: true, writable: false })));",
          "return new Input(path, undefined, fromPipe(new Socket({ fd, readable: true, writable: true })));",
        ],
      ],
      "ts/cli/options.ts": [
        [
          "const { alpha, beta, bias, threads, deterministic = false, quiet = false, dx } = values;",
          "const { alpha, beta, bias, threads, deterministic = false, quiet = true, dx } = values;",
        ],
        [
          "const { alpha, beta, bias, threads, deterministic = false, quiet = false, dx } = values;",
          "const { alpha, beta, bias, threads, deterministic = true, quiet = false, dx } = values;",
        ],
        ["const json = values.json ?? false;", "const json = values.json ?? true;"],
      ],
      "ts/threads/pool.ts": [
        [
          "if (wants.some(({ accumulate }) => accumulate)) {",
          "if (wants.every(({ accumulate }) => accumulate)) {",
        ],
        [
          "const pass = wants.every(isDxAlone) ? packing(inputs, checked) : undefined;",
          "const pass = wants.some(isDxAlone) ? packing(inputs, checked) : undefined;",
        ],
      ],
      "ts/threads/long-call.ts": [
        [
          "if (this.#wanted === undefined || this.#sums === undefined) return result;",
          "if (false || this.#sums === undefined) return result;",
        ],
      ],
      "ts/tfjs/training/probe.ts": [
        ["let found: ArrayLike<number> = [];", 'let found: ArrayLike<number> = ["Stryker was here"];'],
        ['tf.tidy("probe", () => {', 'tf.tidy("", () => {'],
      ],
      "ts/tfjs/training/depthwise.ts": [
        ['return tf.tidy("DepthwiseConv2dNativeBackpropInput", () => {', 'return tf.tidy("", () => {'],
        ['return tf.tidy("DepthwiseConv2dNativeBackpropFilter", () => {', 'return tf.tidy("", () => {'],
      ],
      "ts/tfjs/training/convolution.ts": [
        ['return tf.tidy("Conv2DBackpropFilter", () => {', 'return tf.tidy("", () => {'],
      ],
      "ts/threads/tasks.ts": [
        ["withBias: false,", "withBias: true,"],
        ["accumulate: false,", "accumulate: true,"],
        ["indirect: false,", "indirect: true,"],
        [
          "out: dx === undefined ? undefined : dxAt >= 0 ? dxAt + start * FLOAT : store,",
          "out: dx === undefined ? undefined : dxAt > 0 ? dxAt + start * FLOAT : store,",
        ],
        [
          "const indirect = dxAt >= 0 && (accumulate || overlap(dx!, x) || overlap(dx!, dy));",
          "const indirect = dxAt > 0 && (accumulate || overlap(dx!, x) || overlap(dx!, dy));",
        ],
        [
          "out: yAt >= 0 ? yAt + start * FLOAT : (from) => arena.copyOut(from, y, start, length),",
          "out: yAt > 0 ? yAt + start * FLOAT : (from) => arena.copyOut(from, y, start, length),",
        ],
        ["const indirect = yAt >= 0 && overlap(x, y);", "const indirect = yAt > 0 && overlap(x, y);"],
        ["const indirect = yAt >= 0 && overlap(x, y);", "const indirect = true && overlap(x, y);"],
        [
          "return at >= 0 ? at + start * FLOAT : (to) => arena.copyIn(to, array, start, length);",
          "return at > 0 ? at + start * FLOAT : (to) => arena.copyIn(to, array, start, length);",
        ],
      ],
      "ts/threads/item.ts": [
        [
          "if (id === this.#setUp && backward === this.#backward) return;",
          "if (id === this.#setUp && true) return;",
        ],
        ['const isAddress = typeof out === "number";', "const isAddress = true;"],
      ],
      "ts/threads/foreman.ts": [
        ["if (isFull && tasks.length > 0) {", "if (isFull && tasks.length >= 0) {"],
        ["if (isFull && tasks.length > 0) {", "if (isFull && true) {"],
      ],
      "ts/threads/atomics.ts": [
        ["notify: () => 0,", "notify: () => undefined,"],
        ["if (before === expected) words[index] = value;", "if (before !== expected) words[index] = value;"],
        ["if (before === expected) words[index] = value;", "if (false) words[index] = value;"],
        ["if (before === expected) words[index] = value;", "if (true) words[index] = value;"],
        ["words[index] = before + value;", "words[index] = before - value;"],
        ["add(words, index, value) {", "add(words, index, value) {},"],
      ],
      "ts/npy/header.ts": [
        [
          'return Uint8Array.of(...MAGIC, 1, 0, length & 0xff, length >> 8, ...Buffer.from(padded, "latin1"));',
          'return Uint8Array.of(...MAGIC, 1, 0, length & 0xff, length >> 8, ...Buffer.from(padded, ""));',
        ],
        [
          'if (SPACE.lastIndex === this.#text.length) return { text: "", kind: "end", offset };',
          'if (SPACE.lastIndex === this.#text.length) return { text: "Stryker was here!", kind: "end", offset };',
        ],
        [
          'const dtype = token.kind === "string" ? DTYPES.find(({ descr }) => descr === token.text) : undefined;',
          "const dtype = true ? DTYPES.find(({ descr }) => descr === token.text) : undefined;",
        ],
      ],
      "ts/kernels/self-test.ts": [
        [
          "if (Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))) return;",
          "if (Math.abs(found - expected) < TOLERANCE * Math.max(1, Math.abs(expected))) return;",
        ],
      ],
      "ts/memory/tiles.ts": [["if (length === 0) return;", "if (false) return;"]],
      "ts/sau.ts": [
        [
          "const pass = wants.every(isDxAlone) ? packing(xs, checked) : undefined;",
          "const pass = wants.some(isDxAlone) ? packing(xs, checked) : undefined;",
        ],
      ],
      "ts/memory/arena.ts": [
        [
          "if (view.byteOffset === address && view.length === length && view.buffer === buffer) return view;",
          "if (view.byteOffset === address && view.length === length && true) return view;",
        ],
        [
          "const whole = start === 0 && length === source.length;",
          "const whole = true && length === source.length;",
        ],
      ],
      "ts/memory/heap.ts": [
        [
          "const next = free.findIndex((other) => other.at > at);",
          "const next = free.findIndex((other) => other.at >= at);",
        ],
      ],
      "ts/onnx/bodies.ts": [
        [
          "if (field.number === MODEL.functions && isLeftOut(message)) continue;",
          "if (true && isLeftOut(message)) continue;",
        ],
      ],
      "ts/onnx/clips.ts": [
        [
          'if (name === "min" || name === "max") bounds[name] = numberOfAttribute(attribute) ?? Number.NaN;',
          "if (true) bounds[name] = numberOfAttribute(attribute) ?? Number.NaN;",
        ],
      ],
      "ts/onnx/constants.ts": [
        [
          'const key = [root.start, kind, dims.join(" "), this.#keyOf(values)].join("|");',
          'const key = [root.start, kind, dims.join(""), this.#keyOf(values)].join("|");',
        ],
        [
          'const key = [root.start, kind, dims.join(" "), this.#keyOf(values)].join("|");',
          'const key = [root.start, kind, dims.join(" "), this.#keyOf(values)].join("");',
        ],
        ["if (values.length === 1) return `${values[0]}`;", "if (true) return `${values[0]}`;"],
        ["if (number === undefined) {", "if (false) {"],
        ["if (number === undefined) {", "if (number !== undefined) {"],
        ["if (number === undefined) {", "if (number === undefined) {}"],
        ["return `array ${number}`;", "return ``;"],
      ],
      "ts/onnx/replace.ts": [
        [
          'return checkParameter("alpha", ownSlope(activation) ?? DEFAULTS.alpha);',
          'return checkParameter("", ownSlope(activation) ?? DEFAULTS.alpha);',
        ],
      ],
      "ts/tfjs/broadcast.ts": [
        [
          "const aligned = shape.length <= x.length ? alignedShape(shape, x.length) : [];",
          'const aligned = shape.length <= x.length ? alignedShape(shape, x.length) : ["Stryker was here"];',
        ],
      ],
      "ts/tfjs/layer.ts": [['return tf.tidy("Sau", () => {', 'return tf.tidy("", () => {']],
    },
  },
  {
    reason: TOO_LARGE,
    mutants: {
      "ts/memory/arena.ts": [["if (before + pages > MOST_PAGES) {", "if (before + pages >= MOST_PAGES) {"]],
    },
  },
  {
    reason: ENDED_IN_BETWEEN,
    mutants: {
      "ts/memory/table-contents.ts": [["this.#isWritten = false;", "this.#isWritten = true;"]],
    },
  },
  {
    reason: INIT_ALONE,
    mutants: {
      "ts/entries/entry.ts": [["setDefault: (sau) => {", "setDefault: (sau) => {},"]],
    },
  },
  {
    reason: NEWER_NODE,
    mutants: {
      "ts/cli/array-call.ts": [
        [
          "const options = threads > 1 ? { threads, deterministic } : { deterministic };",
          "const options = threads > 1 ? { threads, deterministic } : {};",
        ],
      ],
      "ts/tiers.ts": [
        [
          'if (tier === "relaxed-simd") expectFused(arena, kernels, createJsKernels(arena));',
          "if (false) expectFused(arena, kernels, createJsKernels(arena));",
        ],
        [
          'if (tier === "relaxed-simd") expectFused(arena, kernels, createJsKernels(arena));',
          'if (tier === "") expectFused(arena, kernels, createJsKernels(arena));',
        ],
        [
          'const first = report.length === 0 ? "the fastest tier" : "the fastest tier that works here";',
          'const first = false ? "the fastest tier" : "the fastest tier that works here";',
        ],
        [
          'const first = report.length === 0 ? "the fastest tier" : "the fastest tier that works here";',
          'const first = report.length === 0 ? "" : "the fastest tier that works here";',
        ],
      ],
    },
  },
  {
    reason: OTHER_HOSTS,
    mutants: {
      "ts/threads/pool.ts": [
        [
          'const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");',
          'const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("");',
        ],
        [
          'const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");',
          'const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("");',
        ],
      ],
      "ts/threads/foreman.ts": [
        [
          'const now: () => number = typeof performance === "object" ? () => performance.now() : Date.now;',
          "const now: () => number = true ? () => performance.now() : Date.now;",
        ],
      ],
      "ts/threads/workerd.ts": [
        [
          "export function createSauPool(options: SauPoolOptions = {}): Promise<SauPool> {",
          "export function createSauPool(options: SauPoolOptions = {}): Promise<SauPool> {}",
        ],
      ],
      "ts/threads/edge.ts": [
        [
          "export function createSauPool(options: SauPoolOptions = {}): Promise<SauPool> {",
          "export function createSauPool(options: SauPoolOptions = {}): Promise<SauPool> {}",
        ],
      ],
      "ts/sau.ts": [
        [
          'const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");',
          'const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("");',
        ],
      ],
    },
  },
  {
    reason: SAME_BYTE,
    mutants: {
      "ts/threads/shared-module.ts": [
        ["bytes.push(rest > 0 ? low + 128 : low);", "bytes.push(rest > 0 ? low - 128 : low);"],
      ],
    },
  },
];
