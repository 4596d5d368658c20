/** Makes the methods of the table from the generated facts. */

import { codecOf } from "./_codec.ts";
import { rpcs, type RpcTypes } from "./gen/rpcs.ts";
import type { Effect, Method } from "./method.ts";

/** The method with the types of one rpc. */
export type RpcMethod<Name extends keyof RpcTypes> = Method<
  RpcTypes[Name]["request"],
  RpcTypes[Name]["response"]
>;

type Reply<Name extends keyof RpcTypes> = RpcTypes[Name]["response"];

/** The effect of a method: the same for every request, or told by the request. */
export type EffectRule<Request> = Effect | ((request: Request) => Effect);

/** Makes the method of an rpc from the generated facts and its effect. */
export function defineMethod<Name extends keyof RpcTypes>(
  name: Name,
  rule: EffectRule<RpcTypes[Name]["request"]>,
  further: Pick<RpcMethod<Name>, "needs" | "provesQuorum"> = {},
): RpcMethod<Name> {
  const { path, kind, request, response, since } = rpcs[name];
  const requests = codecOf(request);
  const replies = codecOf(response);
  return Object.freeze({
    name,
    path,
    kind,
    ...(since === undefined ? undefined : { since }),
    ...further,
    effect: typeof rule === "function" ? rule : () => rule,
    encode(message: RpcTypes[Name]["request"]): Uint8Array {
      try {
        return requests.encode(message);
      } catch (error) {
        throw failure(`encode the request of ${name}`, error);
      }
    },
    decode(bytes: Uint8Array): Reply<Name> {
      try {
        return replies.decode(bytes) as Reply<Name>;
      } catch (error) {
        throw failure(`decode the reply of ${name}`, error);
      }
    },
    *decodeInSteps(bytes: Uint8Array): Generator<undefined, Reply<Name>> {
      try {
        return (yield* replies.decodeInSteps(bytes)) as Reply<Name>;
      } catch (error) {
        throw failure(`decode the reply of ${name}`, error);
      }
    },
  });
}

function failure(action: string, cause: unknown): Error {
  const state = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Cannot ${action}: ${state}`, { cause });
}
