/**
 * Throws in a microtask of its own what an owner's callback has thrown: it is
 * the program's to hear of, and must not end a connection that others share.
 */
export function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
