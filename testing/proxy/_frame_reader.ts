/** Types of HTTP/2 frames that are of interest (RFC 9113, section 6). */
export const FRAME = { settings: 4, ping: 6, goAway: 7 } as const;

/** The flag that makes a SETTINGS or PING frame an answer. */
export const ACK_FLAG = 1;

/** Whose bytes are read: a client's begin with a preface. */
export type FrameSide = "client" | "server";

const PREFACE = new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const HEAD_BYTES = 9;

/**
 * Tells the frames of one direction of an HTTP/2 connection, whatever pieces
 * its bytes come in. What is not HTTP/2 in plain text, such as TLS, is found
 * out at its start, and nothing is told of it.
 */
export class FrameReader {
  readonly #onFrame: (type: number, flags: number) => void;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headBytes = 0;
  #prefaceBytes: number;
  #payloadLeft = 0;
  #first = true;
  #foreign = false;

  constructor(
    side: FrameSide,
    onFrame: (type: number, flags: number) => void,
  ) {
    this.#prefaceBytes = side === "client" ? 0 : PREFACE.length;
    this.#onFrame = onFrame;
  }

  /** Takes the next bytes. */
  read(bytes: Uint8Array): void {
    let at = this.#readPreface(bytes);
    while (at < bytes.length && !this.#foreign) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, bytes.length - at);
        this.#payloadLeft -= skipped;
        at += skipped;
      } else {
        this.#head[this.#headBytes++] = bytes[at++] ?? 0;
        if (this.#headBytes === HEAD_BYTES) this.#onHead();
      }
    }
  }

  #readPreface(bytes: Uint8Array): number {
    let at = 0;
    while (
      at < bytes.length && this.#prefaceBytes < PREFACE.length && !this.#foreign
    ) {
      this.#foreign = bytes[at++] !== PREFACE[this.#prefaceBytes++];
    }
    return at;
  }

  #onHead(): void {
    const [high = 0, middle = 0, low = 0, type = 0, flags = 0] = this.#head;
    this.#headBytes = 0;
    this.#payloadLeft = high << 16 | middle << 8 | low;
    // Both sides have to begin with SETTINGS: a server is known by that.
    if (this.#first) {
      this.#first = false;
      this.#foreign = type !== FRAME.settings || (flags & ACK_FLAG) !== 0;
      if (this.#foreign) return;
    }
    this.#onFrame(type, flags);
  }
}
