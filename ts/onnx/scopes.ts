/** What a model tells of the values that nodes use, by their names and the graphs or functions where these are known. */
import type { Body } from "./bodies.js";
import type { Message } from "./message.js";
import { definedNames } from "./values.js";

/** A name that a node uses, and the graph or function that the node lies in. */
export interface Use {
  readonly body: Body;
  readonly name: string;
}

/** Names of values in a graph or function, and what it tells of each, undefined for nothing: the last counts. */
export type Telling<T> = (body: Message) => Iterable<readonly [name: string, tell: () => T | undefined]>;

export class Scopes<T> {
  readonly #told = new Map<string, T | undefined>();

  /**
   * @param bodies the model's graphs and functions
   * @param uses what will be asked for: nothing else is kept
   */
  constructor(bodies: Iterable<Body>, uses: Iterable<Use>, telling: Telling<T>) {
    const names = new Set<string>();
    const asked = new Set<number>();
    for (const { body, name } of uses) {
      names.add(name);
      let at: Body | undefined = body;
      for (; at !== undefined && !asked.has(at.message.start); at = at.outer) asked.add(at.message.start);
    }
    if (names.size === 0) return;
    for (const { message } of bodies) {
      if (!asked.has(message.start)) continue;
      for (const name of definedNames(message))
        if (names.has(name)) this.#told.set(key(message, name), undefined);
      for (const [name, tell] of telling(message)) {
        if (names.has(name)) this.#told.set(key(message, name), tell());
      }
    }
  }

  /** What is told of a value: of the nearest of that name, in the body or in one around it. */
  get({ body, name }: Use): T | undefined {
    for (let at: Body | undefined = body; at !== undefined; at = at.outer) {
      const place = key(at.message, name);
      if (this.#told.has(place)) return this.#told.get(place);
    }
    return undefined;
  }
}

function key({ start }: Message, name: string): string {
  return `${start} ${name}`;
}
