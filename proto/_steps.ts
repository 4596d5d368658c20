/** Messages decoded part by part: a large one at once holds up everything. */

// Some thousand small keys: a few milliseconds.
const STEP_BYTES = 256 * 1024;

const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Decodes a message with pauses between its parts: a message may be cut between
 * its fields, and what follows adds to lists and replaces the rest.
 *
 * @throws {RangeError} If it ends in the middle of a field.
 */
export function* decodeInSteps(
  bytes: Uint8Array,
  decode: (part: Uint8Array) => object,
): Generator<undefined, object> {
  let message: object | undefined;
  for (let at = 0; at < bytes.length || message === undefined;) {
    const end = cutAfter(bytes, at);
    const part = decode(bytes.subarray(at, end));
    if (message === undefined) message = part;
    else append(message as Record<string, unknown>, part);
    at = end;
    if (at < bytes.length) yield;
  }
  return message;
}

/** The end of the field with which the step is long enough. */
function cutAfter(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && at - start < STEP_BYTES) {
    at = fieldEnd(bytes, at);
  }
  return at;
}

function fieldEnd(bytes: Uint8Array, start: number): number {
  const tag = varint(bytes, start);
  let { end } = tag;
  switch (tag.value & 7) {
    case VARINT:
      end = varint(bytes, end).end;
      break;
    case FIXED_64:
      end += 8;
      break;
    case FIXED_32:
      end += 4;
      break;
    case DELIMITED: {
      const length = varint(bytes, end);
      end = length.end + length.value;
      break;
    }
    default:
      throw new RangeError(`Cannot decode: wire type ${tag.value & 7}`);
  }
  if (end <= bytes.length) return end;
  throw new RangeError("Cannot decode: the message ends within a field");
}

/** A number, exact up to 2^53: what is larger is no tag or length. */
function varint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start;; at++) {
    const byte = bytes[at];
    if (byte === undefined) {
      throw new RangeError("Cannot decode: the message ends within a number");
    }
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at + 1 };
    scale *= 128;
  }
}

function append(message: Record<string, unknown>, part: object): void {
  for (const [name, value] of Object.entries(part)) {
    const present = Object.hasOwn(message, name) ? message[name] : undefined;
    if (Array.isArray(value) && Array.isArray(present)) {
      for (const item of value) present.push(item);
    } else {
      message[name] = value;
    }
  }
}
