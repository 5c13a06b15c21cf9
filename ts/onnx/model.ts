/** A model as a whole: whether it is one, what it imports, and the function that is added to it. */
import { describe } from "../errors.js";
import { type Body, bodies, isFunction, isOnnxDomain } from "./bodies.js";
import { otherFloat } from "./element-types.js";
import { encodeInteger } from "./encode.js";
import { OnnxError } from "./errors.js";
import { lastField, lastInteger, lastString } from "./fields.js";
import { type Field, Message } from "./message.js";
import {
  encodeSauFunction,
  encodeSauImport,
  FIRST_IR_VERSION,
  FIRST_OPSET,
  FIRST_OPSET_FOR_OTHER_TYPES,
  SAU,
  SIGNATURE,
} from "./sau-function.js";
import { FUNCTION, GRAPH, MODEL, OPSET, TENSOR, VALUE_INFO } from "./schema.js";
import { definedNames } from "./values.js";

/** The operator sets that a model or a function imports: their versions, by domain; "" is ONNX's own. */
function imports(message: Message, number: number): ReadonlyMap<string, number> {
  const versions = new Map<string, number>();
  for (const field of message.fields()) {
    if (field.number !== number) continue;
    const entry = message.child(field, OPSET);
    const domain = lastString(entry, OPSET.domain);
    versions.set(isOnnxDomain(domain) ? "" : domain, lastInteger(entry, OPSET.version) ?? 0);
  }
  return versions;
}

function isSau(body: Message): boolean {
  return (
    lastString(body, FUNCTION.functionName) === SAU.name && lastString(body, FUNCTION.domain) === SAU.domain
  );
}

/** More inputs or outputs than these of a function that is not SAU are not named. */
const MOST_NAMED = 4;

/** What a function takes and gives, by the names that it has for them. */
function signature(body: Message): string {
  const names = (number: number): string[] => {
    const found: string[] = [];
    for (const field of body.fields()) {
      if (field.number !== number) continue;
      if (found.length === MOST_NAMED) return [...found, "..."];
      found.push(describe(body.string(field)));
    }
    return found;
  };
  return inWords(names(FUNCTION.input), names(FUNCTION.output));
}

function inWords(inputs: readonly string[], outputs: readonly string[]): string {
  return `(${outputs.join(", ")}) of (${inputs.join(", ")})`;
}

/** The function SAU's own, which another function of its name has not. */
const OWN_SIGNATURE = inWords(SIGNATURE.inputs.map(describe), SIGNATURE.outputs.map(describe));

/** The first IR version in which initializers need not be inputs. */
const INITIALIZERS_ALONE = 4;

/** Names that this package gives to values. */
const OWN_NAME = /^sau_(?:alpha|beta)_(\d{1,15})$/;

/** A model that is rewritten. */
export class Model {
  readonly #message: Message;
  readonly #bytes: Uint8Array;
  readonly #irVersion: number;
  /** The version of ONNX's own operator set. */
  readonly #opset: number;
  /** The highest number in a name that {@link freeName} could give. */
  #lastNumber: number | undefined;

  /**
   * @throws {TypeError} for what are no bytes
   * @throws {OnnxError} for bytes that are no model, or one that lacks what SAU needs
   */
  constructor(bytes: unknown) {
    if (Object.prototype.toString.call(bytes) !== "[object Uint8Array]") {
      throw new TypeError(
        `bytes is ${describe(bytes)}, expected the bytes of an ONNX model as a Uint8Array.`,
      );
    }
    this.#bytes = bytes as Uint8Array;
    if (this.#bytes.length === 0) throw new OnnxError("there are no bytes, expected an ONNX model", 0);
    this.#message = Message.of(this.#bytes, MODEL);
    const irVersion = lastInteger(this.#message, MODEL.irVersion);
    const versions = imports(this.#message, MODEL.opsetImport);
    const graph = lastField(this.#message, MODEL.graph);
    if (irVersion === undefined || versions.size === 0 || graph === undefined) {
      const missing = irVersion === undefined ? "ir_version" : graph === undefined ? "graph" : "opset_import";
      throw new OnnxError(`these ${this.#bytes.length} bytes have no ${missing}, which every ONNX model has`);
    }
    this.#irVersion = irVersion;
    this.#message.child(graph, GRAPH); // throws if it is something else
    this.#opset = versions.get("") ?? 0;
    this.#checkOpset(versions.has(""));
  }

  #checkOpset(isKnown: boolean): void {
    const found = isKnown ? `is of opset ${this.#opset}` : "imports no opset of ai.onnx";
    if (this.#opset < FIRST_OPSET) {
      throw new OnnxError(`the model ${found}, expected ${FIRST_OPSET} or later, which have what SAU needs`);
    }
    if (this.#opset >= FIRST_OPSET_FOR_OTHER_TYPES) return;
    for (const { message } of this.bodies()) {
      const type = otherFloat(message);
      if (type === undefined) continue;
      const what = `has values of ${type}, for which SAU needs`;
      throw new OnnxError(`the model ${found} and ${what} opset ${FIRST_OPSET_FOR_OTHER_TYPES} or later`);
    }
  }

  /** Its graphs and functions, but for the function SAU. */
  bodies(): Generator<Body> {
    return bodies(this.#message, isSau);
  }

  /** Whether initializers are inputs too, since the IR version asks for it, and constants all the same. */
  get hasInitializersAsInputs(): boolean {
    return this.#irVersion < INITIALIZERS_ALONE;
  }

  /** A name that no value of the model has, nor an earlier result. */
  freeName(kind: "alpha" | "beta"): string {
    this.#lastNumber ??= this.#highestNumber();
    this.#lastNumber += 1;
    return `sau_${kind}_${this.#lastNumber}`;
  }

  #highestNumber(): number {
    let highest = 0;
    for (const { message } of this.bodies()) {
      for (const name of definedNames(message)) {
        highest = Math.max(highest, Number(OWN_NAME.exec(name)?.[1] ?? 0));
      }
    }
    return highest;
  }

  /**
   * Adds the function SAU, and what a model needs that has it; does nothing where all that is there already.
   *
   * @throws {OnnxError} if the model has another function of that name
   */
  addSauFunction(): void {
    const encoded = encodeSauFunction(this.#opset);
    const present = this.#sauFunction();
    if (present === undefined) this.#message.insert(encoded);
    else if (!this.#isThere(present, encoded)) this.#message.replace(present, encoded);
    importSau(this.#message);
    if (this.#irVersion >= FIRST_IR_VERSION) return;
    const field = lastField(this.#message, MODEL.irVersion)!;
    this.#message.replace(field, encodeInteger(MODEL.irVersion, FIRST_IR_VERSION));
    if (this.hasInitializersAsInputs) this.#removeInitializersFromInputs();
  }

  /**
   * Initializers had to be inputs too before IR version 4. Since then that means another thing, a default for what a
   * caller may give, which keeps runtimes from taking it for a constant.
   */
  #removeInitializersFromInputs(): void {
    const initializers = new Set<string>();
    for (const graph of this.#graphs()) {
      for (const field of graph.fields()) {
        if (field.number !== GRAPH.initializer) continue;
        initializers.add(lastString(graph.child(field, TENSOR), TENSOR.tensorName));
      }
    }
    for (const graph of this.#graphs()) {
      for (const field of graph.fields()) {
        if (field.number !== GRAPH.input) continue;
        const name = lastString(graph.child(field, VALUE_INFO), VALUE_INFO.valueName);
        if (initializers.has(name)) graph.remove(field);
      }
    }
  }

  /** The model's graph; in parts, where protobuf puts several fields together. */
  *#graphs(): Generator<Message> {
    for (const field of this.#message.fields()) {
      if (field.number === MODEL.graph) yield this.#message.child(field, GRAPH);
    }
  }

  /** The function SAU of the model, which this or another version of this package added. */
  #sauFunction(): Field | undefined {
    let found: Field | undefined;
    for (const field of this.#message.fields()) {
      if (field.number !== MODEL.functions) continue;
      const body = this.#message.child(field, FUNCTION);
      if (!isSau(body)) continue;
      const given = signature(body);
      if (given !== OWN_SIGNATURE) {
        const what = `another function ${SAU.domain}::${SAU.name}, which makes ${given}`;
        throw new OnnxError(`the model has ${what}, expected none or ${OWN_SIGNATURE}`, field.start);
      }
      found = field;
    }
    return found;
  }

  #isThere({ start, end }: Field, encoded: Uint8Array): boolean {
    return end - start === encoded.length && encoded.every((byte, i) => byte === this.#bytes[start + i]);
  }

  /** The model's bytes, with all that was edited. */
  toBytes(): Uint8Array {
    return this.#message.toBytes();
  }
}

/** Adds the import of the function's operator set to a model or to a function, if it lacks that. */
export function importSau(message: Message): void {
  const number = isFunction(message) ? FUNCTION.opsetImport : MODEL.opsetImport;
  if (!imports(message, number).has(SAU.domain)) message.insert(encodeSauImport(number));
}
