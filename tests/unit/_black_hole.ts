/**
 * A port that answers nothing, not even a SYN: a listener nobody accepts from,
 * with its queue full.
 */
export class BlackHole implements Disposable {
  readonly address: string;
  readonly #listener: Deno.TcpListener;
  readonly #queued: readonly Deno.TcpConn[];

  private constructor(
    listener: Deno.TcpListener,
    queued: readonly Deno.TcpConn[],
  ) {
    this.#listener = listener;
    this.#queued = queued;
    this.address = `127.0.0.1:${listener.addr.port}`;
  }

  /** Opens one. */
  static async open(): Promise<BlackHole> {
    const hostname = "127.0.0.1";
    const listener = Deno.listen({ hostname, port: 0 });
    const { port } = listener.addr;
    const queued: Deno.TcpConn[] = [];
    for (;;) {
      const signal = AbortSignal.timeout(100);
      try {
        queued.push(await Deno.connect({ hostname, port, signal }));
      } catch (error) {
        if (!signal.aborted) throw error;
        return new BlackHole(listener, queued);
      }
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#queued) connection.close();
    this.#listener.close();
  }
}
