/** The methods of the etcd API, as their callers see them. Types only. */

/**
 * The harm that repeating a request can do: a `"read"` changes nothing, an
 * `"idempotent"` request changes something but does no harm when it is done
 * once more, however late; a `"write"` must be sent at most once.
 */
export type Effect = "read" | "idempotent" | "write";

/** The number of messages each way: one or a stream. */
export type MethodKind = "unary" | "server_stream" | "bidi_stream";

/** A method of the etcd API: how to reach it, and its messages. */
export interface Method<Request, Response> {
  /** Service and method, as `"KV.Range"`. */
  readonly name: string;
  /** HTTP/2 path, as `"/etcdserverpb.KV/Range"`. */
  readonly path: string;
  /** The number of messages each way. */
  readonly kind: MethodKind;
  /** Server version that first has it, when newer than 3.4. */
  readonly since?: string;
  /**
   * Server version that first heeds all of this very request, when an older
   * one would ignore part of it without a word.
   */
  needs?(request: Request): string | undefined;
  /** The harm that repeating this very request can do. */
  effect(request: Request): Effect;
  /**
   * Whether the success of this very request took a majority of the members.
   * Missing: it says nothing about that.
   */
  provesQuorum?(request: Request): boolean;
  /**
   * Turns a request into bytes. They are a Node `Buffer` at run time, of which
   * nobody else holds a reference.
   *
   * @throws {Error} If the request cannot be encoded.
   */
  encode(request: Request): Uint8Array;
  /**
   * Reads a reply. Its `bytes` fields are plain `Uint8Array` views into the
   * given bytes: copy what outlives them.
   *
   * @throws {Error} If the bytes are not such a reply.
   */
  decode(bytes: Uint8Array): Response;
  /**
   * Reads a long reply as `decode` does, in steps of some milliseconds. Only
   * lists at the top of the message are cut.
   *
   * @throws {Error} If the bytes are not such a reply.
   */
  decodeInSteps(bytes: Uint8Array): Generator<undefined, Response>;
}
