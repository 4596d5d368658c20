import { keyId } from "../../api/values/mod.ts";
import {
  compare,
  type Keyspace,
  type KeyValue,
  op,
  prefix,
  type ResponseHeader,
} from "../../mod.ts";
import {
  type Author,
  decodeCheckpoint,
  encodeCheckpoint,
  type Position,
  type Route,
} from "./_checkpoint.ts";
import type { Copy } from "./_copies.ts";
import type { Patience } from "./_patience.ts";

/** The checkpoint is not as this mirror has left it. */
export class Displaced extends Error {
  /** The checkpoint now. */
  readonly now: KeyValue | undefined;
  /** Whether the target has gone back, so that the mirror has to as well. */
  readonly wentBack: boolean;

  constructor(now: KeyValue | undefined, wentBack: boolean) {
    super("The checkpoint has changed");
    this.now = now;
    this.wentBack = wentBack;
  }
}

/** The target as a mirror finds it. */
export interface TargetState {
  readonly header: ResponseHeader;
  readonly checkpoint: KeyValue | undefined;
  /** A key of the destination, if there is one. */
  readonly existing: KeyValue | undefined;
}

/** Settings of a {@linkcode Target}. */
export interface TargetOptions {
  readonly ks: Keyspace;
  readonly checkpoint: Uint8Array;
  readonly destinationPrefix: Uint8Array;
  readonly patience: Patience;
}

/**
 * Writes copies together with the checkpoint, and only if that is as it was
 * left: so each write is applied once, a copy of it that comes late is not, and
 * neither is one of a mirror that was replaced.
 */
export class Target {
  readonly #options: TargetOptions;
  readonly #writer = crypto.randomUUID();
  #writes = 0;
  #route: Route | undefined;
  #position: Position = { phase: "syncing", revision: 0n };
  /** When the checkpoint was written, zero if there is none. */
  #writtenAt = 0n;
  /** The newest revision of the target that was seen. */
  #seen = 0n;

  constructor(options: TargetOptions) {
    this.#options = options;
  }

  /** The position of the mirror, by the checkpoint. */
  get position(): Position {
    return this.#position;
  }

  /** Reads what there is. */
  async read(): Promise<TargetState> {
    const { ks, checkpoint, destinationPrefix, patience } = this.#options;
    const { answer } = await patience.until((options) =>
      ks.txn({
        then: [
          op.range(checkpoint),
          op.range(prefix(destinationPrefix), { limit: 2, keysOnly: true }),
        ],
      }, options)
    );
    const { header, results: [own, there] } = answer;
    if (own === undefined || there === undefined) {
      throw new Displaced(undefined, true);
    }
    const id = keyId(checkpoint);
    return {
      header,
      checkpoint: own.kvs[0],
      existing: there.kvs.find(({ key }) => keyId(key) !== id),
    };
  }

  /**
   * Makes the checkpoint that was read this mirror's own.
   *
   * @throws {Displaced} If it has changed since.
   */
  async claim(
    { header, checkpoint }: TargetState,
    { route, position }: { readonly route: Route; readonly position: Position },
  ): Promise<void> {
    this.#route = route;
    this.#writtenAt = checkpoint?.modRevision ?? 0n;
    this.#seen = header.revision;
    await this.write([], position);
  }

  /** Writes copies, and the checkpoint with them if there is a new position. */
  async write(
    copies: readonly Copy[],
    position: Position | undefined,
  ): Promise<void> {
    const { ks, checkpoint: key, patience } = this.#options;
    const author = { writer: this.#writer, write: ++this.#writes };
    const operations = copies.map(({ operation }) => operation);
    const txn = {
      if: [compare.modRevision(key, "=", this.#writtenAt)],
      then: position === undefined
        ? operations
        : [...operations, this.#put(position, author)],
      else: [op.range(key)],
    } as const;
    const { answer, inDoubt } = await patience.until((options) =>
      ks.txn(txn, options)
    );
    const { revision } = answer.header;
    if (answer.succeeded) {
      if (position !== undefined) this.#writtenAt = revision;
    } else {
      const [now] = answer.results[0].kvs;
      const isOwn = inDoubt && now !== undefined && isBy(author, now);
      if (!isOwn) throw this.#displaced(now, revision);
      this.#writtenAt = now.modRevision;
    }
    this.#seen = revision;
    if (position !== undefined) this.#position = position;
  }

  /**
   * Looks whether the checkpoint is as it was left.
   *
   * @throws {Displaced} If it is not.
   */
  async check(): Promise<void> {
    const { ks, checkpoint, patience } = this.#options;
    const { answer: { header, kvs: [now] } } = await patience.until((options) =>
      ks.range(checkpoint, options)
    );
    if (now?.modRevision === this.#writtenAt) return;
    throw this.#displaced(now, header.revision);
  }

  #put(position: Position, author: Author) {
    const { checkpoint } = this.#options;
    const route = this.#route;
    if (route === undefined) throw new Displaced(undefined, true);
    return op.put(
      checkpoint,
      encodeCheckpoint({ ...position, ...route, ...author }),
    );
  }

  #displaced(now: KeyValue | undefined, revision: bigint): Displaced {
    // Revisions only go up in a store that has not gone back.
    const wentBack = revision < this.#seen ||
      (now !== undefined &&
        (now.modRevision < this.#writtenAt ||
          decodeCheckpoint(now)?.writer === this.#writer));
    return new Displaced(now, wentBack);
  }
}

function isBy({ writer, write }: Author, now: KeyValue): boolean {
  const found = decodeCheckpoint(now);
  return found?.writer === writer && found.write === write;
}
