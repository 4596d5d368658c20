import { codecOf } from "../../../../proto/_codec.ts";
import { methods } from "../../../../proto/methods.ts";
import { FakeStatus } from "../../../harness/mod.ts";

/** The path of a call that needs a token. */
export const RANGE: string = methods.kv.range.path;
/** The path of the call that gives one. */
export const AUTHENTICATE: string = methods.auth.authenticate.path;
/** Says that a token is not known. */
export const INVALID: FakeStatus = new FakeStatus(
  16,
  "etcdserver: invalid auth token",
);
/** Says that a password is wrong. */
export const REFUSED: FakeStatus = new FakeStatus(
  3,
  "etcdserver: authentication failed, invalid user ID or password",
);

/** Gives a token. */
export function tokenReply(token: string): Uint8Array {
  return codecOf("etcdserverpb.AuthenticateResponse").encode({ token });
}
