import type { ProxyStats } from "./fault_mode.ts";
import { ACK_FLAG, FRAME, FrameReader } from "./_frame_reader.ts";

/** Takes what is read from one socket, piece by piece. */
export type OnBytes = (bytes: Uint8Array) => void;

/**
 * Counts what passes through a proxy, as it is read: before a delay, and also
 * where a fault throws it away.
 */
export class Traffic {
  #bytesFromClients = 0;
  #bytesFromServer = 0;
  #pingTimesMs: number[] = [];
  #goAways = 0;

  /** A reader of the bytes of one more client. */
  ofClient(): OnBytes {
    const frames = new FrameReader("client", (type, flags) => {
      if (type !== FRAME.ping || (flags & ACK_FLAG) !== 0) return;
      this.#pingTimesMs.push(performance.timeOrigin + performance.now());
    });
    return (bytes) => {
      this.#bytesFromClients += bytes.length;
      frames.read(bytes);
    };
  }

  /** A reader of the bytes the server has for one more client. */
  ofServer(): OnBytes {
    const frames = new FrameReader("server", (type) => {
      if (type === FRAME.goAway) this.#goAways++;
    });
    return (bytes) => {
      this.#bytesFromServer += bytes.length;
      frames.read(bytes);
    };
  }

  /** The counts now. */
  stats(): Pick<
    ProxyStats,
    "bytesFromClients" | "bytesFromServer" | "pingTimesMs" | "goAways"
  > {
    return {
      bytesFromClients: this.#bytesFromClients,
      bytesFromServer: this.#bytesFromServer,
      pingTimesMs: [...this.#pingTimesMs],
      goAways: this.#goAways,
    };
  }

  /** Starts the counts anew. */
  reset(): void {
    this.#bytesFromClients = 0;
    this.#bytesFromServer = 0;
    this.#pingTimesMs = [];
    this.#goAways = 0;
  }
}
