/** Asks for so many bytes, one or more, and reads them. */
export async function download(port: number, size: number): Promise<void> {
  using connection = await ask(port, size);
  const buffer = new Uint8Array(size > 1 ? 256 << 10 : 16);
  let received = 0;
  for (;;) {
    const read = await connection.read(buffer);
    if (read === null) break;
    received += read;
  }
  if (received !== size) {
    throw new Error(`Cannot go on: ${received} of ${size} bytes arrived`);
  }
}

/** Runs a task so many times, some at once. */
export async function often(
  task: () => Promise<void>,
  { count, concurrency }: {
    readonly count: number;
    readonly concurrency: number;
  },
): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Connections that have been answered, and are open but say nothing more. */
export class IdleConnections implements Disposable {
  readonly #open: Deno.TcpConn[] = [];

  /** Opens so many. */
  async open(port: number, count: number): Promise<void> {
    await often(async () => {
      const connection = await ask(port, 0);
      this.#open.push(connection);
      await connection.read(new Uint8Array(1));
    }, { count, concurrency: 32 });
  }

  [Symbol.dispose](): void {
    for (const connection of this.#open) connection.close();
  }
}

async function ask(port: number, size: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const asked = new Uint8Array(8);
  new DataView(asked.buffer).setBigUint64(0, BigInt(size));
  await connection.write(asked);
  return connection;
}
