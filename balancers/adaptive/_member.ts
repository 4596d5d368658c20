import type { Standing } from "../strategy.ts";
import type { SubConnection } from "../sub_connection.ts";

/** The trust in a member; of one that is ejected, since when it is. */
export type Trust =
  | { readonly standing: Exclude<Standing, "ejected"> }
  | { readonly standing: "ejected"; readonly sinceMs: number };

/** Connected or not, and not yet seen to serve. */
export const NEW: Trust = { standing: "new" };
/** Seen to serve. */
export const TRUSTED: Trust = { standing: "trusted" };
/** Unable to answer the question for a quorum. */
export const UNPROVEN: Trust = { standing: "unproven" };
/** Under suspicion until that is cleared up. */
export const SUSPECT: Trust = { standing: "suspect" };

/** The facts about one member, by its connection. */
export class Member {
  /** The connection to it. */
  readonly connection: SubConnection;
  /** The epoch of the transport that is known of; 0: there is none. */
  epoch = 0;
  /** The trust in it. */
  trust: Trust = NEW;
  /** Whether it has answered a question over this transport. */
  answers: boolean = false;
  /** When it came to be trusted last. */
  trustedAtMs: number = -Infinity;
  /** When it last did what takes a quorum. */
  provenAtMs: number = -Infinity;
  /** When it last did so in the time that is given to whoever is silent. */
  promptAtMs: number = -Infinity;
  /** When a call on it ended, or a stream began, last. */
  usedAtMs: number = -Infinity;
  /** The questions in a row that it did not answer in time. */
  failures = 0;
  #pending: (() => void) | undefined;

  /** Begins with a member that has no transport. */
  constructor(connection: SubConnection) {
    this.connection = connection;
  }

  /** Whether a transport that is known of can carry calls. */
  get usable(): boolean {
    const { state, epoch } = this.connection;
    return state === "ready" && epoch === this.epoch;
  }

  /** Whether it was seen to serve and can be judged for not doing so. */
  get judged(): boolean {
    return this.trust === TRUSTED || this.trust === SUSPECT;
  }

  /** Whether a question to it, or the wait for the next one, is under way. */
  get pending(): boolean {
    return this.#pending !== undefined;
  }

  /** Keeps what cancels a question or a wait, and cancels the one before. */
  await(cancel: () => void): void {
    this.settle();
    this.#pending = cancel;
  }

  /** Keeps what cancels a wait, and the question that it began with. */
  extend(cancel: () => void): void {
    this.#pending = cancel;
  }

  /** Cancels the question or wait that is under way. */
  settle(): void {
    const cancel = this.#pending;
    this.#pending = undefined;
    cancel?.();
  }
}
