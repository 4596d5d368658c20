/** What a peer does with a connection; it is closed afterwards. */
export type Serve = (connection: Deno.TcpConn) => Promise<void>;

/** A TCP server on 127.0.0.1 that does as told. */
export class TcpPeer implements AsyncDisposable {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;
  #accepted = 0;

  constructor(serve: Serve, options: { readonly port?: number } = {}) {
    const { port = 0 } = options;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port });
    this.port = this.#listener.addr.port;
    this.#serving = this.#run(serve);
  }

  /** `127.0.0.1:PORT`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#open.size;
  }

  /** How many connections there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Closes the port and every connection. */
  async close(): Promise<void> {
    close(this.#listener);
    for (const connection of this.#open) close(connection);
    await this.#serving;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(serve: Serve): Promise<void> {
    const served: Promise<void>[] = [];
    for (;;) {
      let connection: Deno.TcpConn;
      try {
        connection = await this.#listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) break;
        throw error;
      }
      this.#accepted++;
      this.#open.add(connection);
      served.push(this.#serve(connection, serve));
    }
    await Promise.all(served);
  }

  async #serve(connection: Deno.TcpConn, serve: Serve): Promise<void> {
    try {
      await serve(connection);
    } catch (error) {
      // What a test does to the other end, or the end of the test.
      if (!isGone(error)) throw error;
    }
    close(connection);
    this.#open.delete(connection);
  }
}

/** Answers with its name, then gives back what it reads. */
export function echo(name: string): Serve {
  return async (connection) => {
    await writeAll(connection, new TextEncoder().encode(name));
    const buffer = new Uint8Array(16 << 10);
    for (;;) {
      const size = await connection.read(buffer);
      if (size === null) return;
      await writeAll(connection, buffer.subarray(0, size));
    }
  };
}

/** Connects, to the port of an address such as `127.0.0.1:1234`. */
export async function connectTo(address: string): Promise<Deno.TcpConn> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  return await Deno.connect({ hostname: "127.0.0.1", port });
}

/** Reads so many bytes as text, fewer if the other side ends before. */
export async function readText(
  connection: Deno.TcpConn,
  length: number,
): Promise<string> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const size = await connection.read(bytes.subarray(at));
    if (size === null) break;
    at += size;
  }
  return new TextDecoder().decode(bytes.subarray(0, at));
}

/** Reads to the end, or to a reset, which `reset` tells. */
export async function readToEnd(
  connection: Deno.TcpConn,
): Promise<{ readonly bytes: Uint8Array; readonly reset: boolean }> {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(64 << 10);
  let reset = false;
  try {
    for (;;) {
      const size = await connection.read(buffer);
      if (size === null) break;
      chunks.push(buffer.slice(0, size));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
    reset = true;
  }
  const bytes = new Uint8Array(
    await new Blob(chunks as BlobPart[]).arrayBuffer(),
  );
  return { bytes, reset };
}

/** Writes everything. */
export async function writeAll(
  connection: Pick<Deno.Conn, "write">,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await connection.write(bytes.subarray(at));
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

function close(resource: { close(): void }): void {
  try {
    resource.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
