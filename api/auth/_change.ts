import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { ResponseHeader as WireHeader } from "../../proto/gen/messages.ts";
import type { Method } from "../../proto/method.ts";
import type { AuthResult } from "./types.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import { checkText } from "../checks/mod.ts";
import { toHeader } from "../values/mod.ts";

/** Makes a call whose answer has nothing but a header. */
export async function change<Request>(
  caller: Caller,
  { method, request, action, options }: {
    readonly method: Method<
      Request,
      { readonly header?: WireHeader | null | undefined }
    >;
    readonly request: Request;
    readonly action: string;
    readonly options: CallOptions | undefined;
  },
): Promise<AuthResult> {
  const { header } = await caller.unary(method, request, action, options);
  return { header: toHeader(header) };
}

/** A password, which no error shows. */
export function checkPassword(value: unknown): string {
  if (typeof value === "string" && value !== "") {
    return checkText("password", value, "a string");
  }
  throw new InvalidOptionError("password", value === "" ? "" : typeof value, {
    expected: "a string that is not empty",
  });
}
