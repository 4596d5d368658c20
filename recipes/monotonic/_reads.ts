import {
  type Clock,
  withDeadline,
  type WorkContext,
} from "../../api/waiting/mod.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import {
  FutureRevisionError,
  TimeoutError,
} from "../../errors/specific_errors.ts";
import type { CallOptions, ResponseHeader } from "../../mod.ts";
import { ATTEMPT_MS, untilAnswered } from "../steps/mod.ts";
import { type StaleRead, staleReadError, wentBackError } from "./_errors.ts";
import type { Seen } from "./_seen.ts";
import type { MonotonicOptions } from "./types.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/** An answer, with the revision of the store that gave it. */
export interface Answer {
  readonly header: ResponseHeader;
}

/** A read that can be made again. */
export interface Read<T extends Answer, Options extends CallOptions> {
  /** Completes "Cannot …". */
  readonly action: string;
  /** Whether a member may answer it from its own data. */
  readonly serializable: boolean;
  /** The revision that it is of. @default {the newest} */
  readonly revision?: bigint | undefined;
  readonly options: Options;
  /** Makes it as it was asked for. */
  call(options: Options): Promise<T>;
  /** Makes it so that the members agree on the answer. */
  linearizable(options: Options): Promise<T>;
}

/** Settings of reads. */
export interface ReadsOptions
  extends Required<Pick<MonotonicOptions, "onStale" | "onHistoryLost">> {
  readonly clock: Pick<Clock, "now" | "hold">;
}

/** Makes reads, and takes no answer that is behind what was seen. */
export class Reads {
  readonly seen: Seen;
  readonly #options: ReadsOptions;

  constructor(seen: Seen, options: ReadsOptions) {
    this.seen = seen;
    this.#options = options;
  }

  async read<T extends Answer, Options extends CallOptions>(
    read: Read<T, Options>,
  ): Promise<T> {
    if (read.revision) return await this.#readAt(read.revision, read);
    // Not what others see meanwhile: of calls at once, none is the first.
    const floor = this.seen.revision;
    const startedAt = this.#options.clock.now();
    const answer = await read.call(read.options);
    if (this.#isNew(answer, floor)) return answer;
    if (!read.serializable) return this.#storeWentBack(answer, { read, floor });
    const leftMs = this.#timeoutMs(read.options) -
      (this.#options.clock.now() - startedAt);
    return await this.#readAgain(read, { answer, floor, leftMs });
  }

  /** Makes a write, and takes note of its answer; it is never made again. */
  async write<T extends Answer>(call: () => Promise<T>): Promise<T> {
    const floor = this.seen.revision;
    const answer = await call();
    const { revision } = answer.header;
    const hasGoneBack = revision < floor &&
      this.#options.onHistoryLost === "forget";
    if (hasGoneBack) this.seen.goBackTo(revision, { floor });
    else this.seen.note(revision);
    return answer;
  }

  /** A revision that is asked for is the same at every member. */
  async #readAt<T extends Answer, Options extends CallOptions>(
    revision: bigint,
    { serializable, options, ...read }: Read<T, Options>,
  ): Promise<T> {
    let answer: T;
    try {
      answer = await read.call(options);
    } catch (error) {
      if (!serializable || !(error instanceof FutureRevisionError)) throw error;
      // The member is behind; now it answers when it has caught up.
      answer = await read.linearizable(options);
    }
    this.seen.note(revision);
    return answer;
  }

  async #readAgain<T extends Answer, Options extends CallOptions>(
    read: Read<T, Options>,
    { answer, floor, leftMs }: {
      readonly answer: T;
      readonly floor: bigint;
      readonly leftMs: number;
    },
  ): Promise<T> {
    const { action, options: { signal } } = read;
    const stale = { action, seenRevision: floor };
    let receivedRevision = answer.header.revision;
    const onStale = (newer: bigint) => {
      if (newer > receivedRevision) receivedRevision = newer;
    };
    try {
      return await withDeadline({
        signal,
        timeoutMs: Math.max(leftMs, 1),
        action: () => action,
        clock: this.#options.clock,
      }, async (context) => {
        const asked = { first: answer, floor, onStale };
        const found = await this.#askOthers(read, asked, context);
        if (found !== undefined) return found;
        if (this.#options.onStale === "error") {
          throw staleReadError({ ...stale, receivedRevision });
        }
        return await this.#agreedOn(read, floor, context);
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      throw staleReadError({ ...stale, receivedRevision }, error);
    }
  }

  /** Asks until a member answers that has done so before. */
  async #askOthers<T extends Answer, Options extends CallOptions>(
    read: Read<T, Options>,
    { first, floor, onStale }: {
      readonly first: T;
      readonly floor: bigint;
      readonly onStale: (revision: bigint) => void;
    },
    context: WorkContext,
  ): Promise<T | undefined> {
    const asked = new Set<bigint>();
    let { header } = first;
    while (!asked.has(header.memberId)) {
      asked.add(header.memberId);
      onStale(header.revision);
      try {
        const answer = await read.call(within(context, read.options));
        if (this.#isNew(answer, floor)) return answer;
        ({ header } = answer);
      } catch (error) {
        context.throwIfEnded();
        if (!(error instanceof EtcdError)) throw error;
        // The members' common answer, or its error, tells more.
        return undefined;
      }
    }
    return undefined;
  }

  async #agreedOn<T extends Answer, Options extends CallOptions>(
    read: Read<T, Options>,
    floor: bigint,
    context: WorkContext,
  ): Promise<T> {
    const { answer } = await untilAnswered(
      (call) => read.linearizable({ ...read.options, ...call }),
      context,
      { writes: false },
    );
    return this.#isNew(answer, floor)
      ? answer
      : this.#storeWentBack(answer, { read, floor });
  }

  /** Takes note of an answer that is new enough. */
  #isNew({ header: { revision } }: Answer, floor: bigint): boolean {
    if (revision < floor) return false;
    this.seen.note(revision);
    return true;
  }

  #storeWentBack<T extends Answer>(
    answer: T,
    { read: { action }, floor }: {
      readonly read: Pick<StaleRead, "action">;
      readonly floor: bigint;
    },
  ): T {
    const { revision: receivedRevision } = answer.header;
    if (this.#options.onHistoryLost === "forget") {
      this.seen.goBackTo(receivedRevision, { floor });
      return answer;
    }
    throw wentBackError({ action, seenRevision: floor, receivedRevision });
  }

  #timeoutMs({ timeoutMs = DEFAULT_TIMEOUT_MS }: CallOptions): number {
    return timeoutMs === false ? Infinity : timeoutMs;
  }
}

function within<Options extends CallOptions>(
  context: WorkContext,
  options: Options,
): Options {
  return {
    ...options,
    signal: context.cancelSignal,
    timeoutMs: context.leftMs(ATTEMPT_MS),
  };
}
