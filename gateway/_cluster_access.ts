import { type Endpoint, parseEndpoint } from "../balancers/_endpoint.ts";
import { grpcDial } from "../balancers/_grpc_transport.ts";
import type { CallStatus, Dial } from "../balancers/_transport.ts";
import { GRPC_CODE, grpcCodeName, UnavailableError } from "../errors/mod.ts";
import { methods } from "../proto/methods.ts";
import type { ClusterAccess } from "./_command.ts";
import type { Settings } from "./_settings.ts";

/** A member that refuses us is there all the same. */
const REFUSALS: ReadonlySet<number> = new Set([
  GRPC_CODE.invalidArgument,
  GRPC_CODE.permissionDenied,
  GRPC_CODE.unauthenticated,
]);

/** The key etcd's own health check reads. */
const HEALTH_KEY = new TextEncoder().encode("health");

/** How a call ended: with a reply, or with a status. */
type Answer = Uint8Array | CallStatus;

/**
 * Asks members, each call on a connection of its own, which is what a client of
 * the gateway would get. It goes by the method table, as the client has no list
 * of members yet.
 */
export function openCluster({ gateway, tls }: Settings): ClusterAccess {
  const { endpoints = [], discovery, dialTimeoutMs: timeoutMs } = gateway;
  const secure = (discovery !== undefined && !discovery.insecure) ||
    tls.cert !== undefined ||
    [endpoints].flat().some((text) => text.includes("https://"));
  const dial = grpcDial({
    keepAlive: false,
    // The certificates of a discovered cluster are for its domain.
    tls: secure ? { ...tls, serverName: () => discovery?.domain } : undefined,
  });
  const ask = (address: string, call: Omit<OneCall, "timeoutMs">) => {
    const endpoint = parseEndpoint(address, { tls: secure });
    return askOnce(dial, endpoint, { ...call, timeoutMs });
  };
  return {
    async probe(address, signal) {
      const { path, encode } = methods.kv.range;
      const request = encode({ key: HEALTH_KEY, keysOnly: true });
      const answer = await ask(address, { path, request, signal });
      if (answer instanceof Uint8Array || REFUSALS.has(answer.grpcCode)) return;
      throw failure(`read from ${address}`, answer);
    },
    async members(addresses, signal) {
      const { path, encode, decode } = methods.cluster.memberList;
      const request = encode({ linearizable: true });
      const errors: Error[] = [];
      for (const address of addresses) {
        signal.throwIfAborted();
        const answer = await ask(address, { path, request, signal });
        if (answer instanceof Uint8Array) return votersOf(decode(answer));
        errors.push(failure(`list the members by ${address}`, answer));
      }
      throw new AggregateError(
        errors,
        errors.map(({ message }) => message).join("; "),
      );
    },
  };
}

/** The client addresses of the members that vote and have been started. */
function votersOf(
  { members }: ReturnType<typeof methods.cluster.memberList.decode>,
): string[] {
  return members.filter(({ isLearner }) => !isLearner)
    .flatMap(({ clientURLs }) => clientURLs);
}

function failure(what: string, status: CallStatus): UnavailableError {
  const code = grpcCodeName(status.grpcCode);
  return new UnavailableError(`Cannot ${what}: ${code}, ${status.details}`, {
    code: "unavailable",
    grpcCode: status.grpcCode,
  });
}

interface OneCall {
  readonly path: string;
  readonly request: Uint8Array;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Connects, makes one call, hangs up; never rejects. */
function askOnce(
  dial: Dial,
  endpoint: Endpoint,
  { path, request, timeoutMs, signal }: OneCall,
): Promise<Answer> {
  return new Promise((resolve) => {
    let answer: Answer = {
      grpcCode: GRPC_CODE.unavailable,
      details: "the connection was given up",
    };
    const settings = { timeoutMs, headers: undefined };
    const transport = dial(endpoint, timeoutMs, {
      onReady() {
        transport.unary(path, request, settings, (reply, status) => {
          answer = reply ?? status ?? answer;
          transport.abort();
        });
      },
      onDown(details) {
        answer = { grpcCode: GRPC_CODE.unavailable, details };
      },
      onGone() {
        signal.removeEventListener("abort", hangUp);
        resolve(answer);
      },
    });
    const hangUp = () => transport.abort();
    signal.addEventListener("abort", hangUp);
    if (signal.aborted) hangUp();
  });
}
