import type { Headers } from "../../balancers/transport/mod.ts";

/**
 * The headers that a user adds to those of the client itself. Objects that come
 * again give the same object again: transports keep what they make of one.
 */
export class OwnHeaders {
  readonly #headers: Headers;
  readonly #joined = new WeakMap<Headers, Headers>();

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  /** Joins them with the client's own, of a call or a stream. */
  with(base: Headers | undefined): Headers {
    if (base === undefined) return this.#headers;
    let joined = this.#joined.get(base);
    if (joined === undefined) {
      joined = joinHeaders(this.#headers, base);
      this.#joined.set(base, joined ?? base);
    }
    return joined ?? base;
  }
}

/** Joins headers: those of `last` win. */
export function joinHeaders(
  first: Headers | undefined,
  last: Headers | undefined,
): Headers | undefined {
  if (first === undefined) return last;
  if (last === undefined) return first;
  return Object.freeze({ ...first, ...last });
}
