/** The time that a task may take. */
export interface Limit {
  /** After this it is told to end by its signal. */
  readonly limitMs: number;
  /** After this, once it was told to end, it is left behind. */
  readonly graceMs: number;
  /** Tells it to end before that. */
  readonly signal?: AbortSignal | undefined;
}

/** Thrown for work that did not end in the time it was given for it. */
export class LeftBehindError extends Error {
  constructor(cause: unknown) {
    super("Cannot wait any longer: it does not end when told to", { cause });
    this.name = "LeftBehindError";
  }
}

/**
 * Waits for work that gets a signal, but not forever.
 *
 * @throws {LeftBehindError} If it goes on although its signal was aborted.
 */
export async function withLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { limitMs, graceMs, signal }: Limit,
): Promise<T> {
  const limit = new AbortController();
  const either = signal
    ? AbortSignal.any([signal, limit.signal])
    : limit.signal;
  const limitTimer = setTimeout(() => {
    limit.abort(new Error(`Cannot go on: not done after ${limitMs} ms`));
  }, limitMs);
  const leftBehind = Promise.withResolvers<never>();
  let graceTimer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = (): void => {
    graceTimer = setTimeout(() => {
      leftBehind.reject(new LeftBehindError(either.reason));
    }, graceMs);
  };
  if (either.aborted) onAbort();
  either.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work(either), leftBehind.promise]);
  } finally {
    either.removeEventListener("abort", onAbort);
    clearTimeout(limitTimer);
    clearTimeout(graceTimer);
  }
}
