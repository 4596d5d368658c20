/**
 * Runs `task` once, and `action` again and again until that has ended: the
 * load during a fault, or the fault during a load. Several actions repeat side
 * by side. The first error ends all of them, as the signal does.
 */
export async function repeatDuring(
  action: (() => Promise<unknown>) | readonly (() => Promise<unknown>)[],
  task: (signal: AbortSignal) => Promise<void>,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const ended = new AbortController();
  const either = signal
    ? AbortSignal.any([signal, ended.signal])
    : ended.signal;
  const endingAll = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } finally {
      ended.abort();
    }
  };
  const actions = typeof action === "function" ? [action] : action;
  const outcomes = await Promise.allSettled([
    ...actions.map((repeated) =>
      endingAll(async () => {
        while (!either.aborted) await repeated();
      })
    ),
    endingAll(() => task(either)),
  ]);
  signal?.throwIfAborted();
  // An action that fails ends the task, whose error then is the lesser one.
  const failed = outcomes.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
