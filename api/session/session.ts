import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkTimeoutMs, leaseIdOf } from "../checks/mod.ts";
import { abortable, withDeadline } from "../waiting/mod.ts";
import { type Lease, LeaseHandle } from "../lease/mod.ts";
import type { CallOptions } from "../call/mod.ts";
import { SessionHandle } from "./_handle.ts";
import { SIGNATURES } from "./_signatures.ts";
import type { SessionKeys } from "./_keys.ts";
import type { Session, SessionOptions } from "./types.ts";

const DEFAULT_TTL_SECONDS = 10;

/** The origin of a session's lease. */
type LeaseSource =
  | { readonly kind: "granted"; readonly ttlSeconds: number }
  | { readonly kind: "attached"; readonly id: bigint }
  | { readonly kind: "given"; readonly lease: LeaseHandle };

/** Opens a session: over a lease of its own, or one that is there. */
export async function openSession(
  keys: SessionKeys,
  options: SessionOptions = {},
): Promise<Session> {
  const source = SIGNATURES.session.take(options, () => leaseSource(options));
  const { ttlSeconds: _ttl, lease: _lease, ...callOptions } = options;
  if (source.kind !== "given") return await open(source, keys, callOptions);
  source.lease.hasSession = true;
  try {
    return await open(source, keys, callOptions);
  } catch (error) {
    // It is its owner's, as before.
    source.lease.hasSession = false;
    throw error;
  }
}

async function open(
  source: LeaseSource,
  keys: SessionKeys,
  options: CallOptions,
): Promise<Session> {
  const { signal, timeoutMs: given = false } = options;
  const timeoutMs = checkTimeoutMs("timeoutMs", given);
  return await withDeadline({
    signal,
    timeoutMs,
    action: () => "open the session",
  }, async (context) => {
    const lease = await leaseFrom(source, keys, options);
    context.maybeCommitted = source.kind === "granted";
    try {
      if (lease instanceof LeaseHandle) {
        lease.hasSession = true;
        context.lastError = () => lease.lastError;
      }
      // Without a limit, the lease's time is one: it is lost if no renewal is
      // answered.
      await abortable(lease.keepAlive(), context.signal);
    } catch (error) {
      if (source.kind !== "given") lease.orphan();
      throw error;
    }
    return new SessionHandle(keys, lease);
  });
}

function leaseSource({ lease, ttlSeconds }: SessionOptions): LeaseSource {
  if (lease === undefined) {
    return { kind: "granted", ttlSeconds: ttlSeconds ?? DEFAULT_TTL_SECONDS };
  }
  if (ttlSeconds !== undefined) {
    throw new InvalidOptionError("ttlSeconds", ttlSeconds, {
      expected: "absent beside 'lease', which has its time already",
    });
  }
  const id = leaseIdOf<bigint>(lease);
  if (id === 0n) {
    throw new InvalidOptionError("lease", id, {
      expected: "a lease, or the id of one",
    });
  }
  if (!(lease instanceof LeaseHandle)) return { kind: "attached", id };
  if (lease.hasSession) throw takenError(lease);
  return { kind: "given", lease };
}

async function leaseFrom(
  source: LeaseSource,
  keys: SessionKeys,
  options: CallOptions,
): Promise<Lease> {
  switch (source.kind) {
    case "granted":
      return await keys.lease.grant(source.ttlSeconds, options);
    case "attached":
      return await keys.lease.attach(source.id, options);
    case "given":
      return source.lease;
  }
}

function takenError({ id }: Lease): InvalidOptionError {
  return new InvalidOptionError("lease", id, {
    expected: "a lease that no other session has",
  });
}
