import { onAbort } from "../../balancers/transport/mod.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import { checkTimeoutMs, leaseIdOf } from "../checks/mod.ts";
import { abortable, withDeadline } from "../waiting/mod.ts";
import { type Lease, LeaseFacet, LeaseHandle } from "../lease/mod.ts";
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
  | {
    readonly kind: "given";
    readonly id: bigint;
    readonly lease: LeaseHandle;
  };

/** Opens a session: over a lease of its own, or one that is there. */
export async function openSession(
  keys: SessionKeys,
  options: SessionOptions = {},
): Promise<Session> {
  const { source, release } = SIGNATURES.session.take(options, () => {
    const source = leaseSource(options);
    const release = source.kind === "granted"
      ? undefined
      : claim(source.id, keys) ?? refuse(source.id);
    return { source, release };
  });
  const { ttlSeconds: _ttl, lease: _lease, ...callOptions } = options;
  try {
    const lease = await open(source, keys, callOptions);
    const end = release ?? claim(lease.id, keys);
    if (end !== undefined) onAbort(lease.signal, end);
    return new SessionHandle(keys, lease);
  } catch (error) {
    release?.();
    throw error;
  }
}

async function open(
  source: LeaseSource,
  keys: SessionKeys,
  options: CallOptions,
): Promise<Lease> {
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
        context.lastError = () => lease.lastError;
      }
      // Without a limit, the lease's time is one: it is lost if no renewal is
      // answered.
      await abortable(lease.keepAlive(), context.signal);
    } catch (error) {
      // One that was given is its owner's, as before.
      if (source.kind !== "given") lease.orphan();
      throw error;
    }
    return lease;
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
  return lease instanceof LeaseHandle
    ? { kind: "given", id, lease }
    : { kind: "attached", id };
}

/**
 * Claims a lease for a session alone. Returns what gives it back; nothing if
 * another session of the client has it.
 */
function claim(
  id: bigint,
  { lease }: SessionKeys,
): (() => void) | undefined {
  return lease instanceof LeaseFacet ? lease.claim(id) : () => {};
}

function refuse(id: bigint): never {
  throw new InvalidOptionError("lease", id, {
    expected: "a lease that no other session of the client has",
  });
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
