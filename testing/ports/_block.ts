import { createServer, type Server } from "node:net";
import {
  type CodedError,
  helpFor,
  reasonOf,
  TestingError,
} from "../errors/mod.ts";
import { listen } from "./listening_port.ts";

/** Ports that are cut into blocks. */
export interface PortRange {
  readonly first: number;
  readonly blocks: number;
  readonly blockSize: number;
}

/**
 * Ports are taken below the range the kernel uses for outgoing connections:
 * the port of a refusing proxy must not become some connection's own port.
 */
const RANGE: PortRange = { first: 20_000, blocks: 100, blockSize: 100 };

interface Mark {
  readonly port: number;
  readonly server: Server;
}

/**
 * Ports for one cluster or program, which leaves those of others alone: a
 * member that is down for a moment must find its port free again, whatever
 * other tests run beside this one. The first port is the mark of its owner,
 * who listens there as long as it lives.
 */
export class PortBlock {
  readonly #range: PortRange;
  readonly #mark: Mark | undefined;
  /** Ports are given out by turns, so that one just left is not the next. */
  #given = 0;

  private constructor(range: PortRange, mark: Mark | undefined) {
    this.#range = range;
    this.#mark = mark;
  }

  /** Takes a block that nobody has; if all are taken, ports are chosen at random. */
  static async claim(range: PortRange = RANGE): Promise<PortBlock> {
    const { first, blocks, blockSize } = range;
    const start = Math.floor(Math.random() * blocks);
    for (let step = 0; step < blocks; step++) {
      const port = first + (start + step) % blocks * blockSize;
      const server = await tryListen(port);
      // It keeps no program alive.
      if (server !== undefined) {
        return new PortBlock(range, { port, server: server.unref() });
      }
    }
    return new PortBlock(range, undefined);
  }

  /**
   * Finds `count` ports that are free, all at the same time.
   *
   * @throws {TestingError} If there are not so many.
   */
  async take(count: number): Promise<number[]> {
    const { low, high } = this.#bounds();
    const servers: Server[] = [];
    const ports: number[] = [];
    try {
      for (let tries = high - low + 1; tries >= 0; tries--) {
        if (ports.length === count) return ports;
        const port = this.#next();
        const server = await tryListen(port);
        if (server === undefined) continue;
        servers.push(server);
        ports.push(port);
      }
    } finally {
      await Promise.all(servers.map(close));
    }
    throw new TestingError(
      `Cannot find ${count} free ports between ${low} and ${high}: found ${ports.length}`,
      { reason: "ports", help: helpFor("ports") },
    );
  }

  /** Gives the block back. */
  async close(): Promise<void> {
    if (this.#mark?.server.listening) await close(this.#mark.server);
  }

  /** The ports to choose from: those of the block, or any. */
  #bounds(): { readonly low: number; readonly high: number } {
    const { first, blocks, blockSize } = this.#range;
    return this.#mark === undefined
      ? { low: first, high: first + blocks * blockSize - 1 }
      : { low: this.#mark.port + 1, high: this.#mark.port + blockSize - 1 };
  }

  #next(): number {
    const { low, high } = this.#bounds();
    const count = high - low + 1;
    if (this.#mark === undefined) {
      return low + Math.floor(Math.random() * count);
    }
    return low + this.#given++ % count;
  }
}

/** Tries: another process may take a port between look and use. */
const MAX_ATTEMPTS = 3;

/** Runs `start`, and again if a port it chose was taken in between. */
export async function retryOnTakenPort<T>(
  start: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || reasonOf(error) !== "ports") throw error;
    }
  }
}

async function tryListen(port: number): Promise<Server | undefined> {
  const server = createServer();
  try {
    await listen(server, port);
    return server;
  } catch (error) {
    if ((error as CodedError).code === "EADDRINUSE") return undefined;
    throw error;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => error ? reject(error) : resolve());
  });
}
