const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** SIGINT and SIGTERM: the first asks for an end, the second insists. */
export class StopSignals implements Disposable {
  /** Resolves with the first. */
  readonly received: Promise<void>;
  /** Resolves with the second. */
  readonly insisted: Promise<void>;
  readonly #received = Promise.withResolvers<void>();
  readonly #insisted = Promise.withResolvers<void>();
  readonly #second = new AbortController();
  readonly #handlers: readonly (readonly [keyof typeof CODES, () => void])[];
  #count = 0;
  #exitCode = 0;

  constructor() {
    this.received = this.#received.promise;
    this.insisted = this.#insisted.promise;
    const names = Object.keys(CODES) as (keyof typeof CODES)[];
    this.#handlers = names.map((name) => [name, () => this.#on(name)]);
    for (const [name, handler] of this.#handlers) {
      Deno.addSignalListener(name, handler);
    }
  }

  /** Aborted by the second. */
  get second(): AbortSignal {
    return this.#second.signal;
  }

  /** 0 for an end that was asked for, that of the signal if it had to insist. */
  get exitCode(): number {
    return this.#exitCode;
  }

  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) {
      Deno.removeSignalListener(name, handler);
    }
  }

  #on(name: keyof typeof CODES): void {
    this.#count++;
    this.#received.resolve();
    if (this.#count < 2) return;
    this.#exitCode = CODES[name];
    this.#second.abort();
    this.#insisted.resolve();
  }
}
