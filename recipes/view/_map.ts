import { copyBytes, jsonable, keyOf } from "../../api/values/mod.ts";
import type { CodecError } from "../../errors/codec_error.ts";
import type { Bytes, KeyValue } from "../../mod.ts";
import type { ViewChange, ViewEntry } from "./types.ts";

const NO_LEASE = 0n;
const FIRST_VERSION = 1n;

/** A value as it is kept, with its revisions. A class: there may be a million. */
export class Held<T> {
  readonly value: T;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;

  constructor(kv: Omit<KeyValue, "key" | "value">, value: T) {
    this.value = value;
    this.modRevision = kv.modRevision;
    // Each `bigint` is an object of its own: equal ones are shared.
    this.createRevision = kv.createRevision === kv.modRevision
      ? kv.modRevision
      : kv.createRevision;
    this.version = kv.version === FIRST_VERSION ? FIRST_VERSION : kv.version;
    this.lease = kv.lease === NO_LEASE ? NO_LEASE : kv.lease;
  }
}

/** A change of a key that was received, its value decoded. */
export type Received<T> =
  & {
    /** The key, see `keyId`. */
    readonly id: string;
    /** The key, where its bytes are at hand. */
    readonly key: Bytes | undefined;
  }
  & (
    | { readonly type: "put"; readonly held: Held<T> }
    | { readonly type: "delete"; readonly revision: bigint }
    | {
      readonly type: "invalid";
      readonly error: CodecError;
      readonly revision: bigint;
    }
  );

/** The keys of a view by their id. */
export class ViewMap<T> {
  readonly #held = new Map<string, Held<T>>();
  readonly #invalid = new Map<string, CodecError>();
  /** The ids in the order of their keys, until one comes or goes. */
  #sorted: readonly string[] | undefined;

  get size(): number {
    return this.#held.size;
  }

  /** The errors of the newest values that do not decode. */
  get invalid(): readonly CodecError[] {
    return [...this.#invalid.values()];
  }

  get(id: string): Held<T> | undefined {
    return this.#held.get(id);
  }

  /** The error of its newest value, if that does not decode. */
  errorOf(id: string): CodecError | undefined {
    return this.#invalid.get(id);
  }

  entry(id: string): ViewEntry<T> | undefined {
    const held = this.#held.get(id);
    return held && entryOf(id, held);
  }

  /** The ids of all keys it knows of, in the order of their keys. */
  knownIds(): readonly string[] {
    if (this.#invalid.size === 0) return this.#sortedIds();
    return [...new Set([...this.#held.keys(), ...this.#invalid.keys()])].sort();
  }

  /** The entries as they are now; each is made when it is asked for. */
  entries(): IterableIterator<ViewEntry<T>> {
    const ids = this.#sortedIds();
    return made(ids, ids.map((id) => this.#held.get(id)));
  }

  /** Makes a change. */
  apply(received: Received<T>): void {
    const { id } = received;
    if (this.#invalid.size > 0) this.#invalid.delete(id);
    switch (received.type) {
      case "put": {
        const { size } = this.#held;
        this.#held.set(id, received.held);
        if (this.#held.size !== size) this.#sorted = undefined;
        return;
      }
      case "delete":
        if (this.#held.delete(id)) this.#sorted = undefined;
        return;
      case "invalid":
        this.#invalid.set(id, received.error);
    }
  }

  /** The change as it is told, before it is made. */
  changeOf(received: Received<T>): ViewChange<T> {
    const { id, key = bytesOf(id) } = received;
    const previous = this.#held.get(id)?.value;
    switch (received.type) {
      case "put": {
        const { value, modRevision: revision } = received.held;
        return jsonable({ type: "put", key, value, previous, revision });
      }
      case "delete": {
        const { revision } = received;
        return jsonable({ type: "delete", key, previous, revision });
      }
      case "invalid": {
        const { error, revision } = received;
        return jsonable({ type: "invalid", key, error, previous, revision });
      }
    }
  }

  #sortedIds(): readonly string[] {
    // The order of the characters is that of the bytes.
    return this.#sorted ??= [...this.#held.keys()].sort();
  }
}

function* made<T>(
  ids: readonly string[],
  all: readonly (Held<T> | undefined)[],
): Generator<ViewEntry<T>, void, undefined> {
  for (const [at, id] of ids.entries()) {
    const held = all[at];
    if (held !== undefined) yield entryOf(id, held);
  }
}

function entryOf<T>(id: string, held: Held<T>): ViewEntry<T> {
  return jsonable({ key: bytesOf(id), ...held });
}

function bytesOf(id: string): Bytes {
  return copyBytes(keyOf(id));
}
