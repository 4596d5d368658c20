import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { ResponseHeader as WireHeader } from "../../proto/gen/messages.ts";
import type { AuthResult } from "./types.ts";
import type { Caller, CallOptions, UnaryCall } from "../call/mod.ts";
import { checkText } from "../checks/mod.ts";
import { toHeader } from "../values/mod.ts";

/** A call that changes something, with all that is given to it. */
type Change<Request> =
  & UnaryCall<Request, { readonly header?: WireHeader | null | undefined }>
  & {
    readonly request: Request;
    readonly options: CallOptions | undefined;
  };

/** Makes a call whose answer has nothing but a header. */
export async function change<Request>(
  caller: Caller,
  { request, options, ...call }: Change<Request>,
): Promise<AuthResult> {
  const { header } = await caller.unary(call, request, options);
  return { header: toHeader(header) };
}

/** A password, which no error shows. */
export function checkPassword(value: unknown): string {
  if (typeof value === "string" && value !== "") {
    return checkText("password", value, { shown: "a string" });
  }
  throw new InvalidOptionError("password", value === "" ? "" : typeof value, {
    expected: "a string that is not empty",
  });
}
