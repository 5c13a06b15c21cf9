/** Fields by their numbers. Where protobuf allows for several of one, the last counts. */
import type { Field, Message } from "./message.js";

export function lastField(message: Message, number: number): Field | undefined {
  let found: Field | undefined;
  for (const field of message.fields()) if (field.number === number) found = field;
  return found;
}

/** The string of that number; empty if there is none. */
export function lastString(message: Message, number: number): string {
  const field = lastField(message, number);
  return field === undefined ? "" : message.string(field);
}

/** The whole number of that number; undefined if there is none. */
export function lastInteger(message: Message, number: number): number | undefined {
  const field = lastField(message, number);
  return field === undefined ? undefined : message.integer(field);
}
