/** Buffers that change between calls: Node 20 has them, and the compiler's library for it does not know them yet. */

/** An ArrayBuffer that can be resized. */
export interface ResizableBuffer extends ArrayBuffer {
  resize(byteLength: number): void;
}

/** A SharedArrayBuffer that can grow. */
export interface GrowableBuffer extends SharedArrayBuffer {
  grow(byteLength: number): void;
}

type WithMost<B> = new (byteLength: number, options: { maxByteLength: number }) => B;

export function resizableBuffer(byteLength: number, maxByteLength: number): ResizableBuffer {
  return new (ArrayBuffer as unknown as WithMost<ResizableBuffer>)(byteLength, { maxByteLength });
}

export function growableBuffer(byteLength: number, maxByteLength: number): GrowableBuffer {
  return new (SharedArrayBuffer as unknown as WithMost<GrowableBuffer>)(byteLength, { maxByteLength });
}

/** Takes a buffer's memory away, to another one with the same values. */
export function detach<B extends ArrayBuffer>(buffer: B): B {
  return structuredClone(buffer, { transfer: [buffer] });
}
