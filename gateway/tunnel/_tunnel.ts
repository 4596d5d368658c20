import type { Clock } from "../../balancers/transport/mod.ts";
import type { Connection } from "../network/mod.ts";
import { closeQuietly, writeAll } from "../sockets/mod.ts";
import { Turns } from "./_turns.ts";

/** Called with the number of bytes that were passed on. */
type Count = (bytes: number) => void;

/** A read that is under way. */
export interface Reading {
  readonly buffer: Uint8Array<ArrayBuffer>;
  /** The number of bytes; `null` at the end. */
  readonly size: Promise<number | null>;
}

/** Options of a tunnel: its two ends, and who counts the bytes. */
export interface TunnelOptions {
  readonly client: Connection;
  readonly member: Connection;
  /** The first read of the client, if it is under way. */
  readonly first?: Reading | undefined;
  readonly clock: Pick<Clock, "schedule">;
  /** The turns that it shares with others. @default {its own} */
  readonly turns?: Turns;
  readonly onBytesToMember: Count;
  readonly onBytesToClient: Count;
}

/** One direction: what passes it, and who counts that. */
interface Direction {
  readonly from: Connection;
  readonly to: Connection;
  /** The first read, if it is under way. */
  readonly first?: Reading | undefined;
  readonly count: Count;
}

// An idle connection holds little, a busy one moves much at a time.
const SMALL_BYTES = 2 << 10;
const LARGE_BYTES = 256 << 10;
const GROWTH = 4;

/**
 * The time a side may be silent when the other has ended. Clients that gave up
 * a member that hangs would each leave a tunnel behind until there is none for
 * others: an end cannot be told from a client that is gone.
 */
const LONGEST_SILENCE_MS = 120_000;

/**
 * Passes bytes between two connections until both directions have ended, then
 * closes both.
 *
 * - An end of one direction is passed on, the other direction goes on until it
 *   ends as well, or two minutes pass without a byte of it.
 * - A side that can no longer be written to ends its direction only: what it
 *   sent before is still delivered, if its kind of connection still gives it.
 * - A side that is gone or was reset ends both. The other side sees a reset as
 *   well if its kind of connection can send one, an end otherwise.
 * - A reader that is slow holds up the sender; at most one buffer is kept.
 */
export class Tunnel {
  /** Resolves when both connections are closed; never rejects. */
  readonly closed: Promise<void>;
  readonly #client: Connection;
  readonly #member: Connection;
  readonly #clock: TunnelOptions["clock"];
  readonly #turns: Turns;
  readonly #ended = Promise.withResolvers<void>();
  #open = true;
  /** The number of directions that have not ended. */
  #directions = 2;
  /** The number of reads that have given bytes. */
  #reads = 0;
  /** The number of directions that wait for their reader. */
  #writing = 0;
  #answered = false;
  /** Whether a side could no longer be written to. */
  #broken = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: TunnelOptions) {
    const { client, member, onBytesToMember, onBytesToClient } = options;
    this.#client = client;
    this.#member = member;
    this.#clock = options.clock;
    this.#turns = options.turns ?? new Turns();
    this.closed = this.#ended.promise;
    void this.#copy({
      from: client,
      to: member,
      first: options.first,
      count: onBytesToMember,
    });
    void this.#copy({
      from: member,
      to: client,
      count: (bytes) => {
        this.#answered = true;
        onBytesToClient(bytes);
      },
    });
  }

  /** Whether the member has sent anything. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Has the kernel find out when a side is gone without a word. */
  lookAfter(): void {
    tune(this.#client, "setKeepAlive");
    tune(this.#member, "setKeepAlive");
  }

  /** Closes both connections now. Idempotent. */
  close(): void {
    this.#close(closeQuietly);
  }

  /** Closes both, each with a reset if it can send one. */
  #reset(): void {
    this.#close((connection) => {
      if (connection.reset) connection.reset();
      else closeQuietly(connection);
    });
  }

  #close(how: (connection: Connection) => void): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cancelTimer?.();
    how(this.#client);
    how(this.#member);
  }

  async #copy({ from, to, first, count }: Direction): Promise<void> {
    let buffer = first?.buffer ?? new Uint8Array(SMALL_BYTES);
    let reading = first?.size ?? from.read(buffer);
    let writes = 0;
    for (;;) {
      let size: number | null;
      try {
        size = await reading;
      } catch {
        // Reset, or closed by us: there is no one left to serve.
        this.#reset();
        break;
      }
      if (size === null) {
        await this.#passEnd(to);
        break;
      }
      this.#reads++;
      this.#writing++;
      // A small write waits for what was written before it, if that may be.
      if (++writes === 2) tune(to, "setNoDelay");
      try {
        const bytes = buffer.subarray(0, size);
        const written = await to.write(bytes);
        if (written < size) await writeAll(to, bytes.subarray(written));
      } catch {
        // Gone for writing: the other direction ends when what it sent is read.
        this.#broken = true;
        break;
      } finally {
        this.#writing--;
      }
      count(size);
      const turn = this.#turns.after(size);
      if (turn !== undefined) await turn;
      buffer = fitted(buffer, size);
      reading = from.read(buffer);
    }
    this.#onEnd();
  }

  async #passEnd(to: Connection): Promise<void> {
    // The last end is passed on by closing.
    if (this.#directions === 1) return;
    try {
      await to.closeWrite();
    } catch {
      // Gone already.
    }
  }

  #onEnd(): void {
    this.#directions--;
    if (this.#directions === 0) {
      if (this.#broken) this.#reset();
      else this.close();
      this.#ended.resolve();
    } else if (this.#open) this.#limitSilence();
  }

  /** A reader that is slow is not silence. */
  #limitSilence(): void {
    const reads = this.#reads;
    this.#cancelTimer = this.#clock.schedule(LONGEST_SILENCE_MS, () => {
      if (this.#reads === reads && this.#writing === 0) this.close();
      else this.#limitSilence();
    });
  }
}

/** Starts to read from a connection; a failure is told by the promise alone. */
export function startReading(connection: Connection): Reading {
  const buffer = new Uint8Array(SMALL_BYTES);
  const size = connection.read(buffer);
  // Whoever waits for it may come later.
  size.catch(() => {});
  return { buffer, size };
}

function tune(
  connection: Connection,
  option: "setNoDelay" | "setKeepAlive",
): void {
  try {
    connection[option]();
  } catch {
    // Reset already, on some systems: the next read tells.
  }
}

/** The buffer for the next read, by how much of this one was used. */
function fitted(
  buffer: Uint8Array<ArrayBuffer>,
  size: number,
): Uint8Array<ArrayBuffer> {
  if (size === buffer.length && size < LARGE_BYTES) {
    return new Uint8Array(Math.min(size * GROWTH, LARGE_BYTES));
  }
  if (size <= SMALL_BYTES && buffer.length > SMALL_BYTES) {
    return new Uint8Array(SMALL_BYTES);
  }
  return buffer;
}
