import { TestingError } from "../errors/mod.ts";

/** Options of {@linkcode waitFor}. */
export interface WaitOptions {
  /** @default {10_000} */
  readonly timeoutMs?: number;
  /** @default {20} */
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks again and again until the condition gives something truthy, and
 * resolves to that. An error of the condition ends the wait.
 *
 * @param what What is waited for, as the error is to name it.
 * @throws {TestingError} If the condition does not hold within the time.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false | 0 | "">> {
  const { timeoutMs = 10_000, intervalMs = 20, signal } = options;
  const deadline = performance.now() + timeoutMs;
  while (true) {
    signal?.throwIfAborted();
    const value = await condition();
    if (value) return value as Exclude<T, undefined | null | false | 0 | "">;
    if (performance.now() >= deadline) {
      throw new TestingError(
        `Cannot go on without ${what}: not so after ${timeoutMs} ms`,
        { reason: "timeout" },
      );
    }
    await sleep(intervalMs);
  }
}

/** Resolves after a time. For pacing, never as proof. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
