import type { Clock } from "../../balancers/transport/mod.ts";

/** Options of a log sink. */
export interface LogSinkOptions {
  /** Writes some of the bytes. @default {to standard error} */
  write?(bytes: Uint8Array): Promise<number>;
  readonly clock: Pick<Clock, "hold">;
  /** Called when there is room again, with the number of dropped lines. */
  onDropped(count: number): void;
}

/** The number of lines that may wait for their reader. */
const MOST_WAITING = 1_000;

/**
 * Takes log lines and waits for nobody: the reader at the other end of the pipe
 * may be slow, hang, or be gone. Lines that find no room are dropped and
 * counted.
 */
export class LogSink {
  readonly #write: NonNullable<LogSinkOptions["write"]>;
  readonly #onDropped: LogSinkOptions["onDropped"];
  readonly #clock: LogSinkOptions["clock"];
  #waiting: string[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(options: LogSinkOptions) {
    // Not at once: a pipe that is full would hold up everything.
    this.#write = options.write ?? ((bytes) => Deno.stderr.write(bytes));
    this.#onDropped = options.onDropped;
    this.#clock = options.clock;
  }

  /** Queues a line, or drops it where too many wait. */
  readonly add = (line: string): void => {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#writing ??= this.#run();
  };

  /** Waits until all lines are written, but `timeoutMs` at most. */
  async flush({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = this.#clock.hold(timeoutMs, late.resolve);
    await Promise.race([this.#writing, late.promise]);
    cancel();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.splice(0);
      await this.#writeAll(new TextEncoder().encode(`${lines.join("\n")}\n`));
      // Where the gap is: behind what still found room.
      if (this.#waiting.length > 0 || this.#dropped === 0) continue;
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#onDropped(dropped);
    }
    this.#writing = undefined;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.#write(bytes.subarray(at));
      }
    } catch {
      // Nobody reads it any more, or its disk is full: there is nowhere to
      // tell, and connections are worth more than their log.
    }
  }
}
