import { Fifo } from "../streams/mod.ts";
import { u32 } from "../frames/mod.ts";

/** A message of so many bytes, or more, is kept by itself. */
const LARGE_BYTES = 2_048;
/** Small ones are kept together, in pieces of at most so many bytes, */
const PACK_BYTES = 65_536;
/** which begin with so many. */
const FIRST_BYTES = 64;
/** Each of them behind its length. */
const LENGTH_BYTES = 4;

/** Small messages, one behind the other. */
class Pack {
  #bytes = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;

  get empty(): boolean {
    return this.#start === this.#end;
  }

  /** Adds one; false if there is no room for it. */
  push(message: Uint8Array): boolean {
    const end = this.#end + LENGTH_BYTES + message.length;
    if (end > PACK_BYTES) return false;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = grown;
    }
    const { length } = message;
    this.#bytes.set(
      [length >> 24, length >> 16, length >> 8, length],
      this.#end,
    );
    this.#bytes.set(message, this.#end + LENGTH_BYTES);
    this.#end = end;
    return true;
  }

  /** Takes the first one, which there is. */
  shift(): Uint8Array {
    const start = this.#start + LENGTH_BYTES;
    this.#start = start + u32(this.#bytes, this.#start);
    return this.#bytes.slice(start, this.#start);
  }
}

/**
 * Messages that nobody has asked for yet, in order. The windows bound their
 * bytes and not their number, and an object for each of many small ones would
 * take fifty times the room: so those are kept together.
 */
export class HeldMessages {
  readonly #pieces = new Fifo<Uint8Array | Pack>();
  /** The piece that was added last. */
  #last: Uint8Array | Pack | undefined;
  #size = 0;

  /** The number of messages. */
  get size(): number {
    return this.#size;
  }

  /** Adds one behind the others. */
  push(message: Uint8Array): void {
    this.#size++;
    if (message.length >= LARGE_BYTES) {
      // It may be a part of all that came with it.
      return this.#add(new Uint8Array(message));
    }
    if (this.#last instanceof Pack && this.#last.push(message)) return;
    const pack = new Pack();
    pack.push(message);
    this.#add(pack);
  }

  /** Takes the first one, if there is one. */
  shift(): Uint8Array | undefined {
    const first = this.#pieces.first;
    if (first === undefined) return undefined;
    this.#size--;
    const message = first instanceof Pack ? first.shift() : first;
    if (!(first instanceof Pack) || first.empty) this.#pieces.shift();
    if (this.#size === 0) this.#last = undefined;
    return message;
  }

  /** Drops all. */
  clear(): void {
    this.#pieces.clear();
    this.#last = undefined;
    this.#size = 0;
  }

  #add(piece: Uint8Array | Pack): void {
    this.#pieces.push(piece);
    this.#last = piece;
  }
}
