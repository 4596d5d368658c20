import { keyId } from "../../api/values/mod.ts";
import {
  type DeleteOperation,
  type KeyValue,
  op,
  type PutOperation,
  type WatchEvent,
} from "../../mod.ts";

// The bytes that an operation takes besides its key and value, about.
const OVERHEAD_BYTES = 32;

/** A change of a key of the destination. */
export interface Copy {
  /** The key, see `keyId`. */
  readonly id: string;
  readonly operation: PutOperation | DeleteOperation;
  /** About how many bytes it adds to a request. */
  readonly bytes: number;
}

/** Changes of the destination that belong together: a revision of the source. */
export interface Revision {
  readonly revision: bigint;
  readonly copies: readonly Copy[];
}

/** Settings of a {@linkcode Copier}. */
export interface CopierOptions {
  readonly prefix: Uint8Array;
  readonly destinationPrefix: Uint8Array;
  /** A key of the target that nothing is copied to. */
  readonly checkpoint: Uint8Array;
}

/** Makes changes of the destination from what is in the source. */
export class Copier {
  readonly #cut: number;
  readonly #destinationPrefix: Uint8Array;
  readonly #checkpoint: string;

  constructor({ prefix, destinationPrefix, checkpoint }: CopierOptions) {
    this.#cut = prefix.length;
    this.#destinationPrefix = destinationPrefix;
    this.#checkpoint = keyId(checkpoint);
  }

  /** Nothing if the copy would be the checkpoint. */
  put({ key, value }: KeyValue): Copy | undefined {
    const to = this.#destinationOf(key);
    return this.#copy(to, op.put(to, value));
  }

  /** Deletes a key of the destination; nothing if that is the checkpoint. */
  deletion(key: Uint8Array): Copy | undefined {
    return this.#copy(key, op.delete(key));
  }

  /** The events of a batch, revision by revision. */
  revisions(events: readonly WatchEvent[]): readonly Revision[] {
    const revisions: { revision: bigint; copies: Copy[] }[] = [];
    for (const { type, kv } of events) {
      const revision = kv.modRevision;
      let last = revisions.at(-1);
      if (last?.revision !== revision) {
        revisions.push(last = { revision, copies: [] });
      }
      const copy = type === "put"
        ? this.put(kv)
        : this.deletion(this.#destinationOf(kv.key));
      if (copy !== undefined) last.copies.push(copy);
    }
    return revisions;
  }

  #copy(
    key: Uint8Array,
    operation: Copy["operation"],
  ): Copy | undefined {
    const id = keyId(key);
    if (id === this.#checkpoint) return undefined;
    const { length } = operation.kind === "put" ? operation.value : "";
    return { id, operation, bytes: length + key.length + OVERHEAD_BYTES };
  }

  #destinationOf(key: Uint8Array): Uint8Array {
    const to = new Uint8Array(
      this.#destinationPrefix.length + key.length - this.#cut,
    );
    to.set(this.#destinationPrefix);
    to.set(key.subarray(this.#cut), this.#destinationPrefix.length);
    return to;
  }
}
