import { onAbort } from "../../balancers/transport/mod.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import { EtcdError } from "../../errors/etcd_error.ts";
import type { ProgressQuestions } from "./_progress.ts";

// Of these, no watch has an answer; of others, only the one that has ended.
const OF_ALL: ReadonlySet<ErrorCode> = new Set([
  "client_closed",
  "unsupported",
]);

/**
 * The revisions up to which watches of a stream have received their events, by
 * one request. A watch that ends meanwhile is left out.
 */
export async function progressOfAll(
  owners: Iterable<object>,
  questions: ProgressQuestions,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly bigint[]> {
  const { answers, giveUp } = questions.askAll(owners);
  const unlink = onAbort(signal, giveUp);
  try {
    const settled = await Promise.allSettled(answers);
    signal.throwIfAborted();
    return settled.flatMap((one) => {
      if (one.status === "fulfilled") return [one.value];
      const { reason } = one;
      if (reason instanceof EtcdError && OF_ALL.has(reason.code)) throw reason;
      return [];
    });
  } finally {
    unlink();
  }
}
