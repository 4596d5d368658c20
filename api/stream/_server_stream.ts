import {
  type Clock,
  type Headers,
  onAbort,
} from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import { TimeoutError } from "../../errors/specific_errors.ts";
import type { Method } from "../../proto/method.ts";
import type { Opener } from "./_opener.ts";
import type { OpenStream } from "./_open_stream.ts";
import { noStreamError, type StreamLimit } from "./_limit.ts";
import { pause, untilAborted } from "../waiting/mod.ts";

/** Settings of the reading of a server's stream. */
export interface ReadingSettings<Request> {
  /** The one request. */
  readonly request: Request;
  /** The reading's purpose, completing "Cannot …". */
  readonly action: string;
  /** Whether the member must have a leader. */
  readonly requireLeader: boolean;
  /** Headers of the stream. */
  readonly headers?: Headers | undefined;
  /** The server version the member must have. */
  readonly needs?: string | undefined;
  /** The longest wait for a message in milliseconds, `Infinity` for any. */
  readonly timeoutMs: number;
  /** Ends the reading. */
  readonly signal: AbortSignal | undefined;
  /** The time. */
  readonly clock: Pick<Clock, "hold">;
}

type StreamEnd =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: EtcdError };

// Before a stream that gave nothing is opened once more.
const REPEAT_MS = 50;

/**
 * A stream of a server's messages, each asked for when it is wanted, so that
 * the server does not run ahead of its reader. The first read opens the stream,
 * again and again until there is a message, where that may help.
 */
export class ServerStream<Request, Response> {
  readonly #opener: Opener;
  readonly #method: Method<Request, Response>;
  readonly #settings: ReadingSettings<Request>;
  readonly #ended = new AbortController();
  readonly #unlink: () => void = () => {};
  #stream: OpenStream<Request> | undefined;
  #limit: StreamLimit | undefined;
  #begun = false;
  /** The end of the stream that is open, if it has ended. */
  #end: StreamEnd | undefined;
  #settle:
    | { message(value: Response | undefined): void; failure(e: unknown): void }
    | undefined;

  constructor(
    opener: Opener,
    method: Method<Request, Response>,
    settings: ReadingSettings<Request>,
  ) {
    this.#opener = opener;
    this.#method = method;
    this.#settings = settings;
    const { signal } = settings;
    signal?.throwIfAborted();
    this.#unlink = onAbort(signal, (reason) => this.end(reason));
  }

  /** The endpoint it runs on, once it does. */
  get endpoint(): string | undefined {
    return this.#stream?.endpoint;
  }

  /** The next message; `undefined` at the end. One read at a time. */
  async next(): Promise<Response | undefined> {
    const { signal } = this.#ended;
    signal.throwIfAborted();
    const { timeoutMs, clock } = this.#settings;
    const stopTimer = clock.hold(timeoutMs, () => this.end(this.#late()));
    try {
      for (;;) {
        try {
          const message = await this.#read(await this.#opened());
          this.#begun = true;
          if (message === undefined) this.end(undefined);
          return message;
        } catch (error) {
          signal.throwIfAborted();
          if (this.#begun || !isPassing(error)) throw error;
          this.#stream = undefined;
        }
        await pause(REPEAT_MS, { signal, clock });
      }
    } catch (error) {
      this.end(error);
      throw error;
    } finally {
      stopTimer();
    }
  }

  /** Ends the stream, on the server too. A read that waits fails so. */
  end(reason: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#unlink();
    this.#ended.abort(reason);
    this.#stream?.cancel(reason);
  }

  async #opened(): Promise<OpenStream<Request>> {
    if (this.#stream !== undefined) return this.#stream;
    const { request, ...settings } = this.#settings;
    const { signal } = this.#ended;
    this.#end = undefined;
    const stream = await this.#opener.open(this.#method, {
      ...settings,
      messages: "when asked for",
      signal,
      onWait: (limit) => this.#limit = limit,
    }, {
      onMessage: (message) => this.#settle?.message(message),
      onEnd: (error) => {
        this.#end = { kind: "failed", error };
        this.#settle?.failure(error);
      },
      onDone: () => {
        this.#end = { kind: "done" };
        this.#settle?.message(undefined);
      },
    });
    if (signal.aborted) {
      stream.cancel(signal.reason);
      throw signal.reason;
    }
    this.#stream = stream;
    stream.send(request);
    return stream;
  }

  async #read(stream: OpenStream<Request>): Promise<Response | undefined> {
    // The stream may have ended while nobody was reading.
    if (this.#end?.kind === "failed") throw this.#end.error;
    if (this.#end?.kind === "done") return undefined;
    try {
      return await untilAborted(this.#ended.signal, (resolve, reject) => {
        this.#settle = { message: resolve, failure: reject };
        stream.read();
        return () => {};
      });
    } finally {
      this.#settle = undefined;
    }
  }

  #late(): EtcdError {
    const { action, timeoutMs } = this.#settings;
    const { endpoint } = this;
    if (this.#limit !== undefined) {
      const method = this.#method.name;
      return noStreamError({ action, method, timeoutMs }, this.#limit);
    }
    if (endpoint === undefined) {
      return this.#opener.notOpened(this.#method, { action, timeoutMs });
    }
    return new TimeoutError(
      `Cannot ${action}: ${endpoint} sent nothing for ${timeoutMs} ms (timeout)`,
      {
        code: "timeout",
        grpcCode: GRPC_CODE.deadlineExceeded,
        method: this.#method.name,
        endpoint,
        retryable: true,
      },
    );
  }
}

/** Whether the same request may be sent again. */
function isPassing(error: unknown): boolean {
  return error instanceof EtcdError && error.retryable;
}
