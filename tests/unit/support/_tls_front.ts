import type { Certificate } from "../../../testing/certificates/mod.ts";

/** TLS in front of a server that speaks without it. */
export class TlsFront implements AsyncDisposable {
  readonly #listener: Deno.TlsListener;
  readonly #serving: Promise<void>;

  /** Listens on a free port of 127.0.0.1, for those who speak HTTP/2. */
  constructor(
    { cert, key }: Certificate,
    { endpoint }: { readonly endpoint: string },
  ) {
    this.#listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert,
      key,
      alpnProtocols: ["h2"],
    });
    this.#serving = this.#serve(Number(new URL(endpoint).port));
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }

  async #serve(port: number): Promise<void> {
    const pipes: Promise<unknown>[] = [];
    for (;;) {
      let client: Deno.TlsConn;
      try {
        client = await this.#listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) break;
        throw error;
      }
      pipes.push(pipe(client, port));
    }
    await Promise.all(pipes);
  }
}

/** Carries bytes both ways until either side ends, however it does. */
async function pipe(client: Deno.TlsConn, port: number): Promise<void> {
  const server = await Deno.connect({ hostname: "127.0.0.1", port });
  await Promise.allSettled([
    client.readable.pipeTo(server.writable),
    server.readable.pipeTo(client.writable),
  ]);
}
