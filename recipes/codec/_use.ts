import { type Key, keyBytes } from "../../api/values/mod.ts";
import { CodecError } from "../../errors/codec_error.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { KeyValue } from "../../mod.ts";
import type { Codec } from "./codec.ts";

/** Checks that an option is a codec. */
export function checkCodec<T>(option: string, value: unknown): Codec<T> {
  const { encode, decode } = (value ?? {}) as Partial<Codec<T>>;
  if (typeof encode === "function" && typeof decode === "function") {
    return value as Codec<T>;
  }
  throw new InvalidOptionError(option, value, {
    expected: "a codec, such as json()",
  });
}

/**
 * The bytes to write, a copy of the codec's own.
 *
 * @throws {CodecError} If the codec throws, or gives something else.
 */
export function encodeWith<T>(
  codec: Codec<T>,
  key: Key,
  value: T,
): Uint8Array {
  try {
    const encoded: unknown = codec.encode(value);
    if (typeof encoded === "string") return new TextEncoder().encode(encoded);
    if (encoded instanceof Uint8Array) return encoded.slice();
    throw new TypeError("the codec gave neither text nor bytes");
  } catch (cause) {
    throw codecError("encode", { key, cause });
  }
}

/**
 * The value of a key that was read.
 *
 * @throws {CodecError} If the codec throws.
 */
export function decodeWith<T>(
  codec: Codec<T>,
  { key, value, modRevision }: Pick<KeyValue, "key" | "value" | "modRevision">,
): T {
  try {
    return codec.decode(value);
  } catch (cause) {
    throw codecError("decode", { key, cause, revision: modRevision });
  }
}

function codecError(
  direction: "encode" | "decode",
  { key: given, cause, revision }: {
    readonly key: Key;
    readonly cause: unknown;
    readonly revision?: bigint;
  },
): CodecError {
  const key = new TextDecoder().decode(keyBytes("key", given));
  const at = revision === undefined ? "" : ` at revision ${revision}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CodecError(
    `Cannot ${direction} the value of ${JSON.stringify(key)}${at}: ${why}`,
    { direction, key, revision, cause },
  );
}
