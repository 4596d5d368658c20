import { createServer, type Server, type Socket } from "node:net";

/** A port of 127.0.0.1 that is bound and closed; connections may end one way. */
export class ListeningPort {
  readonly #port: number;
  readonly #server: Server;

  constructor(port: number, onConnection: (socket: Socket) => void) {
    this.#port = port;
    this.#server = createServer({ allowHalfOpen: true }, onConnection);
  }

  /** Whether it is bound. */
  get listening(): boolean {
    return this.#server.listening;
  }

  /** Binds it. */
  listen(): Promise<void> {
    return listen(this.#server, this.#port);
  }

  /** Closes it; resolves when its connections are gone too. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#server.listening) {
        resolve();
        return;
      }
      this.#server.close((error) => error ? reject(error) : resolve());
    });
  }
}

/** Binds `server` to a port of 127.0.0.1. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}
