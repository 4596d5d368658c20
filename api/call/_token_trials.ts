import type {
  CallStatus,
  Clock,
  Headers,
  Transport,
  UnaryAnswer,
} from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { methods } from "../../proto/methods.ts";

/** The tokens of a client, as far as a trial uses them. */
export interface TriedTokens {
  /** The token that is sent now. */
  readonly token: string | undefined;
  /** Whether another one can be had. */
  readonly renewable: boolean;
  /** Takes note that this token is not to be sent any more. */
  refused(token: string): void;
}

/** The part of a trial that the call has which waits for it. */
export interface TrialParts {
  /** The headers of the call, the token among them. */
  readonly headers: Headers | undefined;
  /** Times the trial. */
  readonly clock: Pick<Clock, "hold">;
}

// A member that serves at all answers this in milliseconds.
const PATIENCE_MS = 500;

const { path, encode } = methods.kv.range;
// Any member answers this alone, a learner and one without a leader too. It
// looks at the token first, so it does not matter who may read the key.
const READ = encode({
  key: Uint8Array.of(0),
  serializable: true,
  countOnly: true,
});

// A simple token of etcd ends with an index of its log, as in "kQzXwJpBnVtRcYdM.52".
// A member that has not come to that entry waits for it, without a limit and
// before it looks whether it knows the token. Where an older snapshot was
// restored, or the data were lost, the log begins again far below: it answers
// nothing, neither calls nor watches, until others have written as much.
const SIMPLE_TOKEN = /^[^.]*\.\d+$/;

/**
 * The trials of tokens at members, one for each connection that is newer than
 * the token: only then the log may have begun again in between. Nothing is sent
 * with the token meanwhile, so that no write is left without an answer. Another
 * one follows when a proxy shows that it has lost what is behind it.
 */
export class TokenTrials {
  readonly #tokens: TriedTokens;
  readonly #over = new WeakSet<Transport>();
  readonly #running = new WeakMap<Transport, Promise<void>>();

  constructor(tokens: TriedTokens) {
    this.#tokens = tokens;
  }

  /** Whether the token has to be tried on a connection before it is sent. */
  needed(transport: Transport): boolean {
    if (this.#over.has(transport)) return false;
    const { token, renewable } = this.#tokens;
    if (renewable && token !== undefined && SIMPLE_TOKEN.test(token)) {
      return true;
    }
    this.skip(transport);
    return false;
  }

  /** No trial is needed here: the tokens to come are newer. */
  skip(transport: Transport): void {
    this.#over.add(transport);
  }

  /**
   * Takes note that a call or stream has failed: if a proxy has ended it, the
   * token is tried again.
   */
  failed(transport: Transport, status: CallStatus): void {
    if (transport.ready && isByProxy(status)) this.#over.delete(transport);
  }

  /**
   * Tries the token, once for all who ask; resolves when that is over. One that
   * the member waits for, instead of answering, is not sent any more.
   */
  run(transport: Transport, parts: TrialParts): Promise<void> {
    let trial = this.#running.get(transport);
    if (trial === undefined) {
      trial = this.#try(transport, parts);
      this.#running.set(transport, trial);
    }
    return trial;
  }

  async #try(transport: Transport, parts: TrialParts): Promise<void> {
    const { token } = this.#tokens;
    const outcome = await tryAt(transport, parts);
    this.#running.delete(transport);
    // Once is enough, whatever came of it: a member that only lags would have
    // every new token tried, and another one fetched.
    this.skip(transport);
    if (outcome === "waits" && token !== undefined) this.#tokens.refused(token);
  }
}

/** The end of a trial: a member that answers without the token alone waits. */
type Outcome = "waits" | "answers, or nobody does";

/** Reads with the token; if there is no answer soon, without it as well. */
function tryAt(
  transport: Transport,
  { headers, clock }: TrialParts,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { token: _, ...others } = headers ?? {};
    const first = transport.unary(path, READ, {
      // The member is told no time: at the end of it, it would answer.
      timeoutMs: Infinity,
      headers,
      onEnd() {
        stopTimer();
        resolve("answers, or nobody does");
      },
    });
    const stopTimer = clock.hold(PATIENCE_MS, () => {
      transport.unary(path, READ, {
        timeoutMs: PATIENCE_MS,
        headers: others,
        onEnd(answer) {
          resolve(isOfMember(answer) ? "waits" : "answers, or nobody does");
          first.cancel();
        },
      });
    });
  });
}

/** Whether the member has answered, be it with a refusal. */
function isOfMember(answer: UnaryAnswer): boolean {
  return answer instanceof Uint8Array ||
    (answer.reach === "answered" && answer.httpStatus === undefined);
}

/** Whether a call was ended by what stands in between, on a sound connection. */
function isByProxy({ reach, grpcCode, httpStatus }: CallStatus): boolean {
  return httpStatus !== undefined ||
    (reach === "unanswered" && grpcCode !== GRPC_CODE.deadlineExceeded);
}
