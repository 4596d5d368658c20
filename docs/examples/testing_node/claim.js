import { compare, EtcdError, op } from "@etcdeno/client";

/** Takes a job for a worker; says whether it is the worker's. */
export async function claim(keys, { job, worker }) {
  for (;;) {
    try {
      const { succeeded } = await keys.txn({
        if: [compare.value(job, "=", "ready")],
        then: [op.put(job, worker)],
      });
      // It may have become ours by a call before, whose answer was lost.
      return succeeded || (await keys.get(job))?.value.text() === worker;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      // To ask twice does no harm here, also if the first may have been done.
      if (!error.retryable && !error.maybeCommitted) throw error;
    }
  }
}
