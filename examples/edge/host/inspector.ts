/** The memory of a Worker alone, as V8 counts it: workerd's process holds the host's own Workers and buffers too. */
import { WebSocket } from "undici";

interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
}

/** A connection to V8's inspector protocol. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (heap: HeapUsage) => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const { id, result } = JSON.parse(data);
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  static connect(url: string): Promise<Inspector> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.addEventListener("open", () => resolve(new Inspector(socket)));
      socket.addEventListener("error", ({ error }) => reject(error));
    });
  }

  /** Bytes of JavaScript objects and array buffers, with those that nothing refers to any more. */
  async heap(): Promise<number> {
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await new Promise<HeapUsage>((resolve) => {
      const id = ++this.#asked;
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method: "Runtime.getHeapUsage" }));
    });
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  }

  close(): void {
    this.#socket.close();
  }
}
