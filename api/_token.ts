import type { Headers } from "../balancers/_transport.ts";
import { createError } from "../errors/specific_errors.ts";
import { EtcdError } from "../errors/etcd_error.ts";
import { type Credentials, isHeaderValue } from "./_credentials.ts";
import { untilAborted } from "./_waits.ts";
import type { TellEvent } from "./events.ts";
import type { Provided } from "./options.ts";

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
      this.#fetch().then(resolve, reject);
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

  async #fetch(): Promise<void> {
    try {
      this.#token = await this.#get();
    } catch (error) {
      this.#onEvent?.({ type: "token", change: "failed" });
      throw error;
    }
    this.#headers = undefined;
    this.#fetchedAt = this.#now();
    this.#known = true;
    const change = this.#token === undefined ? "not_needed" : "fetched";
    this.#onEvent?.({ type: "token", change });
  }

  async #get(): Promise<string | undefined> {
    const credentials = this.#credentials;
    if (credentials.kind === "token") {
      return await this.#provided("token", credentials.token);
    }
    const username = await this.#provided("username", credentials.username);
    const password = await this.#provided("password", credentials.password);
    try {
      return await this.#authenticate(username, password);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      // Auth is off: calls go without a token until one asks for a user.
      if (error.code === "auth_not_enabled") return undefined;
      throw named(error, { username, password });
    }
  }

  async #provided(name: string, value: Provided): Promise<string> {
    const option = `auth.${name}`;
    this.#waitingFor = option;
    try {
      return await provided(option, value);
    } finally {
      if (this.#waitingFor === option) this.#waitingFor = undefined;
    }
  }
}

/** A value, or what its provider gives. */
async function provided(
  option: string,
  value: Provided,
): Promise<string> {
  if (typeof value === "string") return value;
  let given: unknown;
  try {
    given = await value();
  } catch (cause) {
    throw createError(
      `Cannot authenticate: the function in '${option}' has failed: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      {
        code: "unauthenticated",
        // Streams go on asking: leases have until their TTL is over.
        retryable: true,
        cause,
      },
    );
  }
  const wrong = (state: string) =>
    createError(
      `Cannot authenticate: the function in '${option}' gave ${state}`,
      { code: "unauthenticated" },
    );
  // An empty password is the server's to refuse.
  if (given === "" && option === "auth.password") return given;
  if (typeof given !== "string" || given === "") {
    const what = given === "" ? "an empty string" : typeof given;
    throw wrong(`${what}, not a string of at least one character`);
  }
  if (!given.isWellFormed()) {
    throw wrong("half a surrogate pair, which UTF-8 cannot carry");
  }
  if (option === "auth.token" && !isHeaderValue(given)) {
    throw wrong("a line break, or what else is not printable ASCII");
  }
  return given;
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
