import type { Clock } from "../../balancers/transport/mod.ts";
import { GRPC_CODE } from "../../errors/codes.ts";
import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import {
  PermissionDeniedError,
  TimeoutError,
} from "../../errors/specific_errors.ts";
import { methods } from "../../proto/methods.ts";
import {
  type Caller,
  type CallOptions,
  timeoutOf,
  type TokenKeeper,
} from "../call/mod.ts";
import { withDeadline, type WorkContext } from "../waiting/mod.ts";
import type { Authentication } from "./types.ts";

/** The parts of a client that its credentials are tried with. */
export interface AuthenticateParts {
  /** Gives the client's token; missing if the client is nobody. */
  readonly tokens: TokenKeeper | undefined;
  /** The timeout of calls that name none; `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Times it. */
  readonly clock: Pick<Clock, "now" | "hold">;
}

const ACTION = "authenticate";
// Anybody may ask for any key. Whether there is one, or a right to it, says
// nothing of the token.
const ANY_KEY = { key: new Uint8Array(1), countOnly: true };

/** Asks for the token of a user. */
export async function authenticate(
  caller: Caller,
  { name, password }: { readonly name: string; readonly password: string },
  options?: CallOptions,
): Promise<string> {
  const { token } = await caller.unary(
    { method: methods.auth.authenticate, action: ACTION },
    { name, password },
    options,
  );
  return token;
}

/** Gets a token with the client's credentials, and has it accepted. */
export async function tryCredentials(
  caller: Caller,
  { tokens, timeoutMs: defaultMs, clock }: AuthenticateParts,
  options: CallOptions,
): Promise<Authentication> {
  if (tokens === undefined) {
    throw new InvalidOptionError("auth", undefined, {
      method: "auth.authenticate",
      expected: "among the options of the client, which has no credentials",
    });
  }
  const timeoutMs = timeoutOf(options, defaultMs);
  let waitingFor: string | undefined;
  return await withDeadline({
    signal: options.signal,
    owner: tokens.closed,
    timeoutMs,
    action: () => ACTION,
    method: methods.auth.authenticate.name,
    timeoutError: () =>
      waitingFor === undefined
        ? undefined
        : notProvidedError(waitingFor, timeoutMs),
    clock,
  }, async (context) => {
    const token = await tokens.renew(
      context,
      (option) => waitingFor = option,
    );
    // One from elsewhere: nobody has looked at it yet.
    if (!tokens.asksCluster) await useToken(caller, context);
    return token === undefined ? "not_needed" : "accepted";
  });
}

/** Makes a call that a wrong token is refused for, and no user. */
async function useToken(caller: Caller, context: WorkContext): Promise<void> {
  try {
    await caller.unary(
      { method: methods.kv.range, action: ACTION },
      ANY_KEY,
      { signal: context.cancelSignal, timeoutMs: context.leftMs(Infinity) },
    );
  } catch (error) {
    if (!(error instanceof PermissionDeniedError)) throw error;
  }
}

function notProvidedError(option: string, timeoutMs: number): TimeoutError {
  return new TimeoutError(
    `Cannot ${ACTION}: the function in '${option}' returned nothing within ${timeoutMs} ms (timeout)`,
    {
      code: "timeout",
      grpcCode: GRPC_CODE.deadlineExceeded,
      method: methods.auth.authenticate.name,
      retryable: true,
    },
  );
}
