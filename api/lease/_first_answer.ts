/** The promise of the first renewal. */
export function firstAnswer(): PromiseWithResolvers<void> {
  const first = Promise.withResolvers<void>();
  // Nobody has to wait for it: the handle's signal tells.
  first.promise.catch(() => {});
  return first;
}

/** The promise of one that has failed before. */
export function failed(reason: Error): Promise<never> {
  const failure = Promise.reject(reason);
  // As with the first answer.
  failure.catch(() => {});
  return failure;
}
