/** Encodes and decodes messages with protobufjs. */

import protobuf from "protobufjs/light.js";
import { descriptor } from "./gen/descriptor.ts";
import { decodeInSteps } from "./_steps.ts";

/** Both directions of one message type. */
export interface Codec {
  /** Turns a message into bytes, which are a `Buffer` at run time. */
  encode(message: object): Uint8Array;
  /** Reads a message, whose `bytes` are views into the given ones. */
  decode(bytes: Uint8Array): object;
  /** Reads a long message, with pauses. */
  decodeInSteps(bytes: Uint8Array): Generator<undefined, object>;
}

const NO_BYTES = new Uint8Array(0);

// protobufjs's name for a result that is the writer's buffer, not a copy of it;
// every message has a writer of its own, so nobody else sees the buffer.
const SHARED = true;

let root: protobuf.Root | undefined;

/**
 * The codec of a message by its full name. It is built at the first message, so
 * that a program pays for the few types it uses and an import for none.
 */
export function codecOf(fullName: string): Codec {
  let type: protobuf.Type | undefined;
  const look = () => type ??= (root ??= load()).lookupType(fullName);
  return {
    encode: (message) => look().encode(message).finish(SHARED),
    decode: (bytes) => look().decode(plainView(bytes)),
    decodeInSteps: (bytes) =>
      decodeInSteps(plainView(bytes), (part) => look().decode(part)),
  };
}

/**
 * Makes a `Buffer` a plain view: views cut from a buffer would be buffers too,
 * whose `slice()` copies nothing.
 */
function plainView(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function load(): protobuf.Root {
  const loaded = new protobuf.Root();
  for (const [fullName, json] of Object.entries(descriptor)) {
    const dot = fullName.lastIndexOf(".");
    loaded.define(fullName.slice(0, dot))
      .addJSON({ [fullName.slice(dot + 1)]: json as protobuf.IType });
  }
  loaded.resolveAll();
  for (const fullName of Object.keys(descriptor)) {
    const type = loaded.lookup(fullName);
    if (!(type instanceof protobuf.Type)) continue;
    for (const field of type.fieldsArray) {
      // Left out, bytes would decode to an array, which lacks `subarray`.
      if (field.type === "bytes" && !field.repeated) {
        field.defaultValue = NO_BYTES;
      }
    }
  }
  return loaded;
}
