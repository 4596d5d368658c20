import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { createError } from "../../errors/specific_errors.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Credentials } from "./_credentials.ts";
import { REQUIRE_LEADER } from "./_headers.ts";
import type { CallOptions } from "./options.ts";
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

/** The token, as far as the keeper knows it. */
type Known =
  | { readonly kind: "unknown" }
  /** Auth is off. */
  | { readonly kind: "not needed" }
  | {
    readonly kind: "token";
    readonly token: string;
    readonly fetchedAt: number;
    readonly headers: Headers;
    readonly headersRequiringLeader: Headers;
  };

/**
 * The token of a client: fetched when it is first needed, and again when a
 * member refuses it, once for all calls and streams that wait for it.
 */
export class TokenKeeper {
  readonly #credentials: Credentials;
  readonly #authenticate: Authenticate;
  readonly #clock: Pick<Clock, "now">;
  readonly #onEvent: TellEvent | undefined;
  readonly #closed = new AbortController();
  #state: Known = { kind: "unknown" };
  #fetching: Promise<void> | undefined;
  /** The number of the newest fetch: older ones are given up. */
  #newest = 0;
  #waitingFor: string | undefined;

  constructor(
    credentials: Credentials,
    parts: {
      readonly authenticate: Authenticate;
      readonly onEvent?: TellEvent | undefined;
      readonly clock: Pick<Clock, "now">;
    },
  ) {
    this.#credentials = credentials;
    this.#authenticate = parts.authenticate;
    this.#clock = parts.clock;
    this.#onEvent = parts.onEvent;
  }

  /** Whether the keeper knows what to send: a token, or none as auth is off. */
  get known(): boolean {
    return this.#state.kind !== "unknown";
  }

  /** The token that is sent now. */
  get token(): string | undefined {
    return this.#state.kind === "token" ? this.#state.token : undefined;
  }

  /** The function of the user's whose answer is awaited, such as `auth.token`. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  /** Whether the keeper can get another token when this one is refused. */
  get renewable(): boolean {
    const credentials = this.#credentials;
    return credentials.kind === "password" ||
      typeof credentials.token === "function";
  }

  /** Whether the token has only just come. */
  get fresh(): boolean {
    const state = this.#state;
    return state.kind === "token" &&
      this.#clock.now() - state.fetchedAt < FRESH_MS;
  }

  /** The headers of a call. */
  headers(
    { requireLeader }: Pick<CallOptions, "requireLeader">,
  ): Headers | undefined {
    const state = this.#state;
    if (state.kind !== "token") return undefined;
    return requireLeader ? state.headersRequiringLeader : state.headers;
  }

  /** Takes note that a member has refused this token: it is not sent any more. */
  refused(token: string | undefined): void {
    if (token !== this.token) return;
    this.#state = { kind: "unknown" };
    this.#onEvent?.({ type: "token", change: "refused" });
  }

  /**
   * Fetches a token, unless one is being fetched.
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

  /** Gives up the wait for a provider: the next fetch asks it again. */
  giveUpWaiting(): void {
    if (this.#waitingFor !== undefined) this.#fetching = undefined;
  }

  /** Ends every wait for a provider, now and later. */
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
    this.#state = token === undefined ? { kind: "not needed" } : {
      kind: "token",
      token,
      fetchedAt: this.#clock.now(),
      headers: Object.freeze({ token }),
      headersRequiringLeader: Object.freeze({ token, ...REQUIRE_LEADER }),
    };
    const change = token === undefined ? "not_needed" : "fetched";
    this.#onEvent?.({ type: "token", change });
  }

  async #get(turn: number): Promise<string | undefined> {
    const credentials = this.#credentials;
    const given = (option: string, value: Provided) =>
      this.#provided(turn, { option, value });
    if (credentials.kind === "token") {
      return await given("auth.token", credentials.token);
    }
    const username = await given("auth.username", credentials.username);
    const password = await given("auth.password", credentials.password);
    try {
      return await this.#authenticate(username, password);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      // Auth is off: calls go without a token until a member asks for a user.
      if (error.code === "auth_not_enabled") return undefined;
      throw withUsername(error, { username, password });
    }
  }

  async #provided(
    turn: number,
    { option, value }: { readonly option: string; readonly value: Provided },
  ): Promise<string> {
    if (turn === this.#newest) this.#waitingFor = option;
    try {
      return await provided(option, value);
    } finally {
      if (turn === this.#newest) this.#waitingFor = undefined;
    }
  }
}

/** Puts the user's name in the error, unless its class has more fields. */
function withUsername(
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
 * A hint at the line break that ends a file: the server may have refused it. It
 * is sent all the same, as it could be the password's own.
 */
function lineBreakHint(given: Readonly<Record<string, string>>): string {
  const names = Object.keys(given).filter((name) =>
    /[\r\n]$/.test(given[name] ?? "")
  );
  if (names.length === 0) return "";
  const options = names.map((name) => `'auth.${name}'`).join(" and ");
  return `; ${options} ended with a line break, which was sent as well: trim what comes from a file`;
}
