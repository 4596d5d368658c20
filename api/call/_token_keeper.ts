import type { Clock, Headers } from "../../balancers/transport/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { Credentials } from "./_credentials.ts";
import { REQUIRE_LEADER } from "./_headers.ts";
import type { CallOptions } from "./options.ts";
import { withUsername } from "./_named_user.ts";
import { provided } from "./_provided.ts";
import { TokenTrials } from "./_token_trials.ts";
import { abortable, untilAborted, type WorkContext } from "../waiting/mod.ts";
import type { TellEvent } from "../events.ts";
import type { Provided } from "./auth_options.ts";

/** Asks the cluster for a token. */
export type Authenticate = (
  username: string,
  password: string,
  options?: CallOptions,
) => Promise<string>;

/** A way to get a token: to have values provided, and to ask the cluster. */
interface Asking {
  provided(option: string, value: Provided): Promise<string>;
  /** The options of the call. */
  call(): CallOptions | undefined;
}

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
  /** Finds out whether members answer where the token is sent. */
  readonly trials: TokenTrials = new TokenTrials(this);
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

  /** Whether the keeper asks the cluster itself, with a user and a password. */
  get asksCluster(): boolean {
    return this.#credentials.kind === "password";
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
    if (token !== this.token || !this.known) return;
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

  /**
   * Fetches a token now, even if one is known, in the time of some work of its
   * own; resolves to nothing if auth is off. `onWait` is told of the function of
   * the user's whose answer is awaited. If it fails, the token known stays.
   *
   * @throws {EtcdError} If the cluster gives none, or the provider fails.
   */
  async renew(
    context: WorkContext,
    onWait: (option: string | undefined) => void,
  ): Promise<string | undefined> {
    const token = await this.#tellFailure(this.#get({
      provided: async (option, value) => {
        onWait(option);
        const given = await abortable(provided(option, value), context.signal);
        onWait(undefined);
        return given;
      },
      call: () => ({
        signal: context.cancelSignal,
        timeoutMs: context.leftMs(Infinity),
      }),
    }));
    this.#know(token);
    return token;
  }

  /** Gives up the wait for a provider: the next fetch asks it again. */
  giveUpWaiting(): void {
    if (this.#waitingFor !== undefined) this.#fetching = undefined;
  }

  /** Aborted when the client is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Ends every wait for a provider, now and later. */
  close(reason: EtcdError): void {
    this.#closed.abort(reason);
  }

  async #fetch(turn: number): Promise<void> {
    const getting = this.#get({
      provided: (option, value) => this.#provided(turn, { option, value }),
      call: () => undefined,
    });
    const token = await this.#tellFailure(
      getting,
      () => turn === this.#newest,
    );
    if (turn === this.#newest) this.#know(token);
  }

  /** Waits for a token, and tells if it does not come. */
  async #tellFailure<T>(
    getting: Promise<T>,
    wanted = () => true,
  ): Promise<T> {
    try {
      return await getting;
    } catch (error) {
      if (wanted()) this.#onEvent?.({ type: "token", change: "failed" });
      throw error;
    }
  }

  #know(token: string | undefined): void {
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

  async #get(ask: Asking): Promise<string | undefined> {
    const credentials = this.#credentials;
    if (credentials.kind === "token") {
      return await ask.provided("auth.token", credentials.token);
    }
    const username = await ask.provided("auth.username", credentials.username);
    const password = await ask.provided("auth.password", credentials.password);
    try {
      return await this.#authenticate(username, password, ask.call());
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
