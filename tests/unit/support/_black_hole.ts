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
      const stop = new AbortController();
      // Looks more than once: a process that stood still has not heard yet of
      // what was connected meanwhile.
      let looks = 0;
      const timer = setInterval(() => {
        if (++looks === 4) stop.abort();
      }, 30);
      const { signal } = stop;
      try {
        queued.push(await Deno.connect({ hostname, port, signal }));
      } catch (error) {
        if (!signal.aborted) throw error;
        return new BlackHole(listener, queued);
      } finally {
        clearInterval(timer);
      }
    }
  }

  [Symbol.dispose](): void {
    for (const connection of this.#queued) connection.close();
    this.#listener.close();
  }
}
