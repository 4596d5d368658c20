import { checkTimeoutMs } from "../checks/mod.ts";
import { abortable, withDeadline } from "../waiting/mod.ts";
import { LeaseHandle } from "../lease/mod.ts";
import { SessionHandle } from "./_handle.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { SessionKeys } from "./_keys.ts";
import type { Session, SessionOptions } from "./types.ts";

const DEFAULT_TTL_SECONDS = 10;

/** Opens a session: grants a lease and keeps it alive. */
export async function openSession(
  keys: SessionKeys,
  sessionOptions: SessionOptions = {},
): Promise<Session> {
  SIGNATURES.session.check(sessionOptions);
  const { ttlSeconds = DEFAULT_TTL_SECONDS, ...options } = sessionOptions;
  const { signal, timeoutMs: given = false } = options;
  const timeoutMs = checkTimeoutMs("timeoutMs", given);
  return await withDeadline({
    signal,
    timeoutMs,
    action: () => "open the session",
  }, async (context) => {
    const lease = await keys.lease.grant(ttlSeconds, options);
    context.maybeCommitted = true;
    try {
      if (lease instanceof LeaseHandle) {
        context.lastError = () => lease.lastError;
      }
      // Without a limit, the lease's time is one: it is lost if no renewal is
      // answered.
      await abortable(lease.keepAlive(), context.signal);
    } catch (error) {
      lease.orphan();
      throw error;
    }
    return new SessionHandle(keys, lease);
  });
}
