/** Arrays in files: their headers, checked against the files' sizes, and their values piece by piece. */
import { Codec } from "../npy/dtype.js";
import { elementCount, type FoundHeader, readHeader } from "../npy/header.js";
import { FileError, inFile } from "./errors.js";
import { type Input, openInput } from "./input.js";

/** An array that is being read. */
export class ArrayInput {
  /** Elements of the whole array. */
  readonly length: number;

  /** @param header what the file says of itself, up to the data */
  private constructor(
    readonly input: Input,
    readonly header: FoundHeader,
  ) {
    this.length = elementCount(header.shape);
  }

  /**
   * Opens a file, or standard input for "-", and reads its header.
   *
   * @throws {FileError} for what cannot be opened, or is no such array, or has another size than it claims
   */
  static async open(path: string): Promise<ArrayInput> {
    const input = await openInput(path, "a .npy file");
    let header: FoundHeader;
    try {
      header = await readHeader(async (length) => {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, await input.read(bytes));
      });
    } catch (error) {
      await input.close();
      throw inFile(input.name, error);
    }
    const array = new ArrayInput(input, header);
    const { size = array.#end } = input;
    if (size === array.#end) return array;
    await input.close();
    throw size < array.#end ? array.#truncated(size) : array.#tooLong();
  }

  get name(): string {
    return this.input.name;
  }

  /** Bytes of the whole array. */
  get byteLength(): number {
    return this.length * this.header.dtype.itemsize;
  }

  /** Where the data end. */
  get #end(): number {
    return this.header.dataOffset + this.byteLength;
  }

  #truncated(at: number): FileError {
    const what = `the file ends too early: its header promises ${this.byteLength} bytes of data up to byte ${this.#end}`;
    return new FileError(this.name, what, at);
  }

  #tooLong(): FileError {
    return new FileError(this.name, "the file goes on after its data, expected one array alone", this.#end);
  }

  /** Reads the next `length` values into `codec`, as the file has them. */
  async read(codec: Codec, length: number): Promise<void> {
    const bytes = codec.bytes(length);
    if ((await this.input.read(bytes)) < bytes.length) throw this.#truncated(this.input.offset);
  }

  /** Checks that nothing follows, and closes. */
  async finish(): Promise<void> {
    const more = await this.input.read(new Uint8Array(1));
    await this.input.close();
    if (more > 0) throw this.#tooLong();
  }

  /** Room for values of this file; see {@link Codec}. */
  codec(values: Float32Array): Codec {
    return new Codec(this.header.dtype, values);
  }
}
