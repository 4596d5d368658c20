import { idOf } from "./_id.ts";
import { CodecError } from "../../errors/codec_error.ts";
import type { KeyValue, WatchEvent } from "../../mod.ts";
import { type Codec, decodeWith, encodeWith } from "../codec/mod.ts";
import { Held, type Received } from "./_map.ts";

/** Makes received changes of keys and events, by a codec. */
export class Decoder<T> {
  readonly #codec: Codec<T>;

  constructor(codec: Codec<T>) {
    this.#codec = codec;
  }

  /** A change of a watch. */
  event({ type, kv }: WatchEvent): Received<T> {
    const { key } = kv;
    const id = idOf(key);
    return type === "put"
      ? this.put(kv, { id, key })
      : { type, id, key, revision: kv.modRevision };
  }

  /** A key that was read or written. */
  put(kv: KeyValue, names: Pick<Received<T>, "id" | "key">): Received<T> {
    const { id, key } = names;
    try {
      const value = ownBytes(decodeWith(this.#codec, kv), kv);
      return { type: "put", id, key, held: new Held(kv, value) };
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return { type: "invalid", id, key, error, revision: kv.modRevision };
    }
  }

  /** Whether a key has the value that was made of it before. */
  isSame(held: Held<T>, kv: KeyValue): boolean {
    try {
      const before = this.#encode(held.value, kv);
      // The bytes of the program that wrote it need not be the codec's own.
      return equal(before, kv.value) ||
        equal(before, this.#encode(decodeWith(this.#codec, kv), kv));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return false;
    }
  }

  #encode(value: T, { key }: KeyValue): Uint8Array {
    return encodeWith(this.#codec, key, value);
  }
}

/**
 * The bytes of a message lie together in blocks. A value that is bytes gets
 * some of its own, as it would keep a whole block for as long as it is not
 * changed.
 */
function ownBytes<T>(value: T, kv: KeyValue): T {
  const isPart = value instanceof Uint8Array &&
    value.buffer === kv.value.buffer &&
    value.byteLength < value.buffer.byteLength;
  return isPart ? value.slice() as Uint8Array & T : value;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((byte, at) => byte === other[at]);
}
