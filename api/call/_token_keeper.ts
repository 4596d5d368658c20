import type { Headers } from "../../balancers/transport/mod.ts";
import { createError } from "../../errors/specific_errors.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Credentials } from "./_credentials.ts";
import { provided } from "./_provided.ts";
import { untilAborted } from "../waiting/mod.ts";
import type { TellEvent } from "../events.ts";
import type { Provided } from "./auth_options.ts";

/** Asks the cluster for a token. */
export type Authenticate = (
  username: string,
  password: string,
) => Promise<string>;

// A token that was refused so soon after it came was not refused for its age.
const FRESH_MS = 5_000;

/**
 * The token of a client: fetched when it is first needed, and again when a
 * member refuses it, once for all calls and streams that wait for it.
 */
export class TokenKeeper {
  readonly #credentials: Credentials;
  readonly #authenticate: Authenticate;
  readonly #now: () => number;
  readonly #onEvent: TellEvent | undefined;
  readonly #closed = new AbortController();
  #known = false;
  #token: string | undefined;
  #fetchedAt = -Infinity;
  #fetching: Promise<void> | undefined;
  /** The newest fetch: what an older one still gives is of no use. */
  #newest = 0;
  #waitingFor: string | undefined;
  #headers: readonly [plain: Headers, leader: Headers] | undefined;

  constructor(
    credentials: Credentials,
    parts: {
      readonly authenticate: Authenticate;
      readonly onEvent?: TellEvent | undefined;
      now(): number;
    },
  ) {
    this.#credentials = credentials;
    this.#authenticate = parts.authenticate;
    this.#now = parts.now;
    this.#onEvent = parts.onEvent;
  }

  /** Whether it is known what to send: a token, or none as auth is off. */
  get known(): boolean {
    return this.#known;
  }

  /** What is sent now. */
  get token(): string | undefined {
    return this.#token;
  }

  /** The function of the user's whose answer is awaited, such as `auth.token`. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  /** Whether another token can be had when this one is refused. */
  get renewable(): boolean {
    const credentials = this.#credentials;
    return credentials.kind === "password" ||
      typeof credentials.token === "function";
  }

  /** Whether the token has only just come. */
  get fresh(): boolean {
    return this.#token !== undefined &&
      this.#now() - this.#fetchedAt < FRESH_MS;
  }

  /** The headers of a call. */
  headers(requireLeader: boolean): Headers | undefined {
    const token = this.#token;
    if (token === undefined) return undefined;
    this.#headers ??= [
      Object.freeze({ token }),
      Object.freeze({ token, hasleader: "true" }),
    ];
    return this.#headers[requireLeader ? 1 : 0];
  }

  /** A member has refused this token; another one may be there by now. */
  refused(token: string | undefined): void {
    if (token !== this.#token) return;
    this.#known = false;
    this.#token = undefined;
    this.#headers = undefined;
    this.#onEvent?.({ type: "token", change: "refused" });
  }

  /**
   * Fetches a token, unless that is being done.
   *
   * @throws {EtcdError} If the cluster gives none, or the provider fails.
   */
  fetch(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching;
    const fetching = untilAborted(this.#closed.signal, (resolve, reject) => {
      this.#fetch(++this.#newest).then(resolve, reject);
      return () => {};
    }).finally(() => {
      if (this.#fetching === fetching) this.#fetching = undefined;
    });
    this.#fetching = fetching;
    return fetching;
  }

  /** A provider has taken too long for one call: the next asks it again. */
  giveUpWaiting(): void {
    if (this.#waitingFor !== undefined) this.#fetching = undefined;
  }

  /** Ends what waits for a provider, and gives nothing any more. */
  close(reason: EtcdError): void {
    this.#closed.abort(reason);
  }

  async #fetch(turn: number): Promise<void> {
    let token: string | undefined;
    try {
      token = await this.#get(turn);
    } catch (error) {
      if (turn === this.#newest) {
        this.#onEvent?.({ type: "token", change: "failed" });
      }
      throw error;
    }
    if (turn !== this.#newest) return;
    this.#token = token;
    this.#headers = undefined;
    this.#fetchedAt = this.#now();
    this.#known = true;
    const change = this.#token === undefined ? "not_needed" : "fetched";
    this.#onEvent?.({ type: "token", change });
  }

  async #get(turn: number): Promise<string | undefined> {
    const credentials = this.#credentials;
    const given = (name: string, value: Provided) =>
      this.#provided(name, value, turn);
    if (credentials.kind === "token") {
      return await given("token", credentials.token);
    }
    const username = await given("username", credentials.username);
    const password = await given("password", credentials.password);
    try {
      return await this.#authenticate(username, password);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      // Auth is off: calls go without a token until one asks for a user.
      if (error.code === "auth_not_enabled") return undefined;
      throw named(error, { username, password });
    }
  }

  async #provided(
    name: string,
    value: Provided,
    turn: number,
  ): Promise<string> {
    const option = `auth.${name}`;
    if (turn === this.#newest) this.#waitingFor = option;
    try {
      return await provided(option, value);
    } finally {
      if (turn === this.#newest) this.#waitingFor = undefined;
    }
  }
}

/** The same error, saying whose it is, unless it is more than its code says. */
function named(
  error: EtcdError,
  given: { readonly username: string; readonly password: string },
): EtcdError {
  const text = error.message.replace(
    /^Cannot authenticate:/,
    `Cannot authenticate as ${JSON.stringify(given.username)}:`,
  ) + (error.code === "auth_failed" ? lineBreakHint(given) : "");
  const again = createError(text, {
    code: error.code,
    grpcCode: error.grpcCode,
    endpoint: error.endpoint,
    method: error.method,
    retryable: error.retryable,
    attempts: error.attempts,
    cause: error.cause,
  });
  return again.constructor === error.constructor ? again : error;
}

/**
 * A file's last line break, which the server may well have refused. It is sent
 * as it is: it could be the password's own.
 */
function lineBreakHint(given: Readonly<Record<string, string>>): string {
  const names = Object.keys(given).filter((name) =>
    /[\r\n]$/.test(given[name] ?? "")
  );
  if (names.length === 0) return "";
  const options = names.map((name) => `'auth.${name}'`).join(" and ");
  return `; ${options} ended with a line break, which was sent as well: trim what comes from a file`;
}
