import type { Clock } from "../../balancers/transport/mod.ts";
import { closeQuietly, writeAll } from "../sockets/mod.ts";

/** Called with the number of bytes that were passed on. */
type Count = (bytes: number) => void;

/** Options of a tunnel: its two ends, and who counts the bytes. */
export interface TunnelOptions {
  readonly client: Deno.TcpConn;
  readonly member: Deno.TcpConn;
  readonly clock: Pick<Clock, "schedule">;
  readonly onBytesToMember: Count;
  readonly onBytesToClient: Count;
}

// An idle connection holds little, a busy one moves much at a time.
const SMALL_BYTES = 4 << 10;
const LARGE_BYTES = 256 << 10;
const GROWTH = 4;
/** After so many bytes in a row everything else has its turn. */
const TURN_BYTES = 256 << 10;

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
 *   sent before is still delivered.
 * - A side that was reset ends both. The other side sees an end, not a reset:
 *   Deno's connections cannot send one.
 * - A reader that is slow holds up the sender; at most one buffer is kept.
 */
export class Tunnel {
  /** Resolves when both connections are closed; never rejects. */
  readonly closed: Promise<void>;
  readonly #client: Deno.TcpConn;
  readonly #member: Deno.TcpConn;
  readonly #clock: TunnelOptions["clock"];
  #open = true;
  /** The number of reads that have given bytes. */
  #reads = 0;
  /** The number of directions that wait for their reader. */
  #writing = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: TunnelOptions) {
    this.#clock = options.clock;
    this.#client = options.client;
    this.#member = options.member;
    tune(this.#client);
    tune(this.#member);
    this.closed = this.#run(options);
  }

  /** Closes both connections now. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#cancelTimer?.();
    closeQuietly(this.#client);
    closeQuietly(this.#member);
  }

  async #run(options: TunnelOptions): Promise<void> {
    const directions = [
      this.#copy(this.#client, this.#member, options.onBytesToMember),
      this.#copy(this.#member, this.#client, options.onBytesToClient),
    ];
    await Promise.race(directions);
    if (this.#open) this.#limitSilence();
    await Promise.all(directions);
    this.close();
  }

  /** A reader that is slow is not silence. */
  #limitSilence(): void {
    const reads = this.#reads;
    this.#cancelTimer = this.#clock.schedule(LONGEST_SILENCE_MS, () => {
      if (this.#reads === reads && this.#writing === 0) this.close();
      else this.#limitSilence();
    });
  }

  async #copy(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    count: Count,
  ): Promise<void> {
    let buffer = new Uint8Array(SMALL_BYTES);
    let sinceTurn = 0;
    for (;;) {
      let size: number | null;
      try {
        size = await from.read(buffer);
      } catch {
        // Reset, or closed by us: there is no one left to serve.
        this.close();
        return;
      }
      try {
        if (size === null) {
          await to.closeWrite();
          return;
        }
        this.#reads++;
        this.#writing++;
        await writeAll(to, buffer.subarray(0, size));
      } catch {
        // Gone for writing. The other direction ends when what it sent is read.
        return;
      } finally {
        if (size !== null) this.#writing--;
      }
      count(size);
      buffer = fitted(buffer, size);
      sinceTurn += size;
      if (sinceTurn >= TURN_BYTES) {
        sinceTurn = 0;
        await nextTurn();
      }
    }
  }
}

/**
 * Lets everything else have its turn. As long as something is ready, Deno looks
 * for new connections and answers only now and then, and an immediate is ready.
 * What a thread does is not, and costs far less than the shortest timer.
 */
async function nextTurn(): Promise<void> {
  await crypto.subtle.digest("SHA-256", new Uint8Array(0));
}

/** Has small writes sent at once, and peers that are gone found. */
function tune(connection: Deno.TcpConn): void {
  try {
    connection.setNoDelay();
    connection.setKeepAlive();
  } catch {
    // Reset already, on some systems: the first read tells.
  }
}

/** The buffer for the next read, by how much of this one was used. */
function fitted(
  buffer: Uint8Array<ArrayBuffer>,
  size: number,
): Uint8Array<ArrayBuffer> {
  if (size === buffer.length && buffer.length < LARGE_BYTES) {
    return new Uint8Array(buffer.length * GROWTH);
  }
  if (size <= SMALL_BYTES && buffer.length > SMALL_BYTES) {
    return new Uint8Array(SMALL_BYTES);
  }
  return buffer;
}
