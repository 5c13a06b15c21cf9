/** ONNX Runtime as users have it: in Node, as WebAssembly, and in Python. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../support/command.js";

/** A tensor that goes into a model, or comes out of it. Values of 16 bits are given as their bits. */
export interface Value {
  readonly data: Float32Array | Uint16Array | BigInt64Array | Uint8Array;
  readonly dims: readonly number[];
}

/** A model, and what it is run on. */
export interface Case {
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, Value>>;
  /** Files beside the model that it has data in, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** Writes a model and its files to a folder, which is made; returns the model's path. */
function writeModel(folder: string, { model, files = {} }: Case): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, data] of Object.entries(files)) writeFileSync(join(folder, name), data);
  const path = join(folder, "model.onnx");
  writeFileSync(path, model);
  return path;
}

/** The outputs of a model, by name. */
export type Outputs = Readonly<Record<string, Value>>;

/** Runs models, each on its inputs. */
export interface Runtime {
  readonly name: string;
  run(cases: readonly Case[]): Promise<Outputs[]>;
}

/** Names of element types: of ONNX Runtime in JavaScript, and of NumPy. */
const TYPES = {
  Float32Array: { ort: "float32", numpy: "<f4" },
  Uint16Array: { ort: "float16", numpy: "<f2" },
  BigInt64Array: { ort: "int64", numpy: "<i8" },
  Uint8Array: { ort: "bool", numpy: "|b1" },
} as const;

function typeOf({ data }: Value): (typeof TYPES)[keyof typeof TYPES] {
  return TYPES[data.constructor.name as keyof typeof TYPES];
}

/** What is used of onnxruntime-node and onnxruntime-web. */
interface Ort {
  readonly env: { readonly wasm: { numThreads?: number } };
  readonly Tensor: new (type: string, data: Value["data"], dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(
      model: Uint8Array | string,
      options: object,
    ): Promise<{
      run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
      release(): Promise<void>;
    }>;
  };
}

interface OrtTensor extends Value {
  readonly type: string;
}

/** ONNX Runtime of an npm package, with one thread. */
export async function javascript(flavour: "node" | "web"): Promise<Runtime> {
  const loaded = await import(`onnxruntime-${flavour}`);
  const ort: Ort = { ...loaded, ...loaded.default };
  if (flavour === "web") ort.env.wasm.numThreads = 1;
  const options = {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    executionProviders: [flavour === "web" ? "wasm" : "cpu"],
  };
  const folder = temporaryFolder();
  // In Node a model's files are found beside it; without a file system they are given.
  const open = (each: Case) => {
    if (each.files === undefined) return ort.InferenceSession.create(each.model, options);
    if (flavour === "node") return ort.InferenceSession.create(writeModel(folder, each), options);
    const externalData = Object.entries(each.files).map(([path, data]) => ({ path, data }));
    return ort.InferenceSession.create(each.model, { ...options, externalData });
  };
  return {
    name: `onnxruntime-${flavour}`,
    async run(cases) {
      const outputs: Outputs[] = [];
      for (const each of cases) {
        const session = await open(each);
        const tensors = Object.entries(each.feeds).map(([name, value]) => {
          return [name, new ort.Tensor(typeOf(value).ort, value.data, value.dims)] as const;
        });
        const results = await session.run(Object.fromEntries(tensors));
        outputs.push(
          Object.fromEntries(
            Object.entries(results).map(([name, { data, dims }]) => {
              // Where the engine has Float16Array, that is what values of 16 bits come in.
              const isHalf = data.constructor.name === "Float16Array";
              return [name, { data: isHalf ? new Uint16Array(data.buffer) : data, dims }];
            }),
          ),
        );
        await session.release();
      }
      return outputs;
    },
  };
}

/** The Python that has onnx and onnxruntime: npm run test:onnx makes it. */
const PYTHON = process.env.SAU_TEST_PYTHON ?? join(import.meta.dirname, "../../../target/onnx/bin/python");

/** Where a package of that Python lies. */
export function folderOfPython(name: string): string {
  const program = `import ${name}, os; print(os.path.dirname(${name}.__file__))`;
  return execFileSync(PYTHON, ["-c", program], { encoding: "utf8" }).trim();
}

/** ONNX Runtime in Python; what onnx.checker has to say of a model is thrown first. */
export function python(): Runtime {
  const folder = temporaryFolder();
  return {
    name: "onnxruntime in Python",
    async run(cases) {
      const paths = cases.map((each, i) => {
        const path = join(folder, `${i}`);
        writeModel(path, each);
        const inputs = Object.entries(each.feeds).map(([name, value], at) => {
          const file = `input-${at}`;
          writeFileSync(join(path, file), value.data);
          return { name, file, dtype: typeOf(value).numpy, dims: value.dims };
        });
        writeFileSync(join(path, "inputs.json"), JSON.stringify(inputs));
        return path;
      });
      const program = join(import.meta.dirname, "run_models.py");
      execFileSync(PYTHON, [program, ...paths], { stdio: ["ignore", "ignore", "pipe"] });
      return paths.map((path) => {
        const found = JSON.parse(readFileSync(join(path, "outputs.json"), "utf8")) as {
          name: string;
          file: string;
          dtype: string;
          dims: number[];
        }[];
        return Object.fromEntries(
          found.map(({ name, file, dtype, dims }) => {
            const { buffer } = new Uint8Array(readFileSync(join(path, file)));
            return [
              name,
              { data: dtype === "<f2" ? new Uint16Array(buffer) : new Float32Array(buffer), dims },
            ];
          }),
        );
      });
    },
  };
}
