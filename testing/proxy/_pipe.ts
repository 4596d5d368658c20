import type { Socket } from "node:net";
import type { Buffer } from "node:buffer";
import type { FaultMode } from "./fault_mode.ts";
import type { OnBytes } from "./_traffic.ts";

type Item =
  | { readonly kind: "data"; bytes: Buffer; readonly atMs: number }
  | { readonly kind: "end"; readonly atMs: number }
  | { readonly kind: "reset"; readonly atMs: number };

/** Held bytes above which a pipe stops reading, so that memory stays bounded. */
const HIGH_WATER_BYTES = 1 << 20;

/** The socket buffer that a process fills which never reads. */
const HANG_WATER_BYTES = 64 << 10;

/** A throttled pipe sends in steps of this share of a second. */
const THROTTLE_STEP = 0.02;

/** The beginning of a pipe. */
export interface PipeOptions {
  readonly mode: FaultMode;
  /** Takes what is read, whatever the mode does with it. */
  readonly onBytes: OnBytes | undefined;
}

/**
 * One direction of a connection: reads from one socket and writes to the
 * other as the mode says. What was read is forwarded in order, ends and resets
 * of the peer included.
 */
export class Pipe {
  readonly #from: Socket;
  readonly #onBytes: OnBytes | undefined;
  #to: Socket | undefined;
  #mode: FaultMode;
  readonly #queue: Item[] = [];
  #queuedBytes = 0;
  #swallowedBytes = 0;
  #lost = false;
  #blocked = false;
  #freeAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(from: Socket, { mode, onBytes }: PipeOptions) {
    this.#from = from;
    this.#mode = mode;
    this.#onBytes = onBytes;
    from.on("data", (bytes: Buffer) => this.#onData(bytes));
    from.on("end", () => this.#onItem({ kind: "end", atMs: now() }));
    // A reset may be all there is: 'error' always comes with 'close', which
    // tells the link that the socket is gone.
    from.on("error", () => this.#onItem({ kind: "reset", atMs: now() }));
  }

  /** Whether something the peer sent was thrown away. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Gives the pipe its far end, which may come after the first bytes. */
  connect(to: Socket): void {
    this.#to = to;
    to.on("drain", () => {
      this.#blocked = false;
      this.#pump();
      this.#regulate();
    });
    this.#pump();
    // No 'drain' follows if everything that was held could be written at once.
    this.#regulate();
  }

  /** Switches the mode. What is held goes out, waits on, or is lost. */
  setMode(mode: FaultMode): void {
    this.#mode = mode;
    this.#freeAtMs = 0;
    if (swallows(mode) && this.#queue.length > 0) {
      this.#queue.length = 0;
      this.#queuedBytes = 0;
      this.#lost = true;
    }
    this.#swallowedBytes = 0;
    this.#pump();
    this.#regulate();
  }

  /** Stops the pipe's timer and forgets what is held. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
  }

  #onData(bytes: Buffer): void {
    this.#onBytes?.(bytes);
    if (swallows(this.#mode)) {
      this.#lost = true;
      this.#swallowedBytes += bytes.length;
      this.#regulate();
      return;
    }
    this.#queuedBytes += bytes.length;
    this.#onItem({ kind: "data", bytes, atMs: now() });
  }

  #onItem(item: Item): void {
    if (swallows(this.#mode)) {
      this.#lost = true;
      return;
    }
    this.#queue.push(item);
    this.#pump();
    this.#regulate();
  }

  /** Sends what is due and arms the timer for what is not. */
  #pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const to = this.#to;
    if (to === undefined || this.#mode.kind === "pause") return;
    while (!this.#blocked) {
      const item = this.#queue[0];
      if (item === undefined) break;
      const waitMs = this.#waitMs(item);
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#pump();
          this.#regulate();
        }, waitMs);
        break;
      }
      if (to.destroyed) {
        this.close();
        break;
      }
      this.#send(item, to);
    }
  }

  #send(item: Item, to: Socket): void {
    switch (item.kind) {
      case "data": {
        const bytes = this.#nextSlice(item);
        this.#queuedBytes -= bytes.length;
        this.#blocked = !to.write(bytes);
        break;
      }
      case "end":
        this.#queue.shift();
        to.end();
        break;
      case "reset":
        this.#queue.shift();
        to.resetAndDestroy();
        break;
    }
  }

  #nextSlice(item: Item & { kind: "data" }): Buffer {
    if (this.#mode.kind !== "throttle") {
      this.#queue.shift();
      return item.bytes;
    }
    const { bytesPerSecond } = this.#mode;
    const size = Math.max(1, Math.floor(bytesPerSecond * THROTTLE_STEP));
    const bytes = item.bytes.subarray(0, size);
    item.bytes = item.bytes.subarray(size);
    if (item.bytes.length === 0) this.#queue.shift();
    this.#freeAtMs = Math.max(this.#freeAtMs, now()) +
      bytes.length / bytesPerSecond * 1000;
    return bytes;
  }

  #waitMs(item: Item): number {
    switch (this.#mode.kind) {
      case "delay":
        return Math.ceil(item.atMs + this.#mode.delayMs - now());
      case "throttle":
        return Math.ceil(this.#freeAtMs - now());
      default:
        return 0;
    }
  }

  /** Stops reading when too much is held, reads on when it is gone. */
  #regulate(): void {
    const full = this.#mode.kind === "hang"
      ? this.#swallowedBytes >= HANG_WATER_BYTES
      : this.#queuedBytes >= HIGH_WATER_BYTES || this.#blocked;
    if (full) {
      this.#from.pause();
    } else if (this.#from.isPaused()) {
      this.#from.resume();
    }
  }
}

/** Whether the mode throws away what it reads. */
export function swallows(mode: FaultMode): boolean {
  return mode.kind === "blackhole" || mode.kind === "hang";
}

function now(): number {
  return performance.now();
}
