const CONCURRENT = 8;

/** Does something for each item, for eight of them at a time. */
export async function sideBySide<T, R>(
  items: readonly T[],
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const left = items.values();
  const results: R[] = [];
  await Promise.all(Array.from({ length: CONCURRENT }, async () => {
    for (const item of left) results.push(await task(item));
  }));
  return results;
}
