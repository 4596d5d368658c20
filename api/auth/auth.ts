import { toUnsignedBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { change } from "./_change.ts";
import { RoleFacet } from "./_roles.ts";
import { UserFacet } from "./_users.ts";
import type { Auth, AuthResult, AuthStatus, Roles, Users } from "./types.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import { jsonable, toHeader } from "../values/mod.ts";
import { CALL_OPTIONS, Signature } from "../checks/mod.ts";

const ENABLE = new Signature("auth.enable", CALL_OPTIONS);
const DISABLE = new Signature("auth.disable", CALL_OPTIONS);
const STATUS = new Signature("auth.status", CALL_OPTIONS);

/** {@linkcode Auth} over a caller. */
export class AuthFacet implements Auth {
  readonly users: Users;
  readonly roles: Roles;
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.users = new UserFacet(caller);
    this.roles = new RoleFacet(caller);
  }

  async enable(options?: CallOptions): Promise<AuthResult> {
    ENABLE.check(options);
    return await change(this.#caller, {
      method: methods.auth.authEnable,
      request: {},
      action: "turn auth on",
      options,
    });
  }

  async disable(options?: CallOptions): Promise<AuthResult> {
    DISABLE.check(options);
    return await change(this.#caller, {
      method: methods.auth.authDisable,
      request: {},
      action: "turn auth off",
      options,
    });
  }

  async status(options?: CallOptions): Promise<AuthStatus> {
    STATUS.check(options);
    const { header, enabled, authRevision } = await this.#caller.unary(
      { method: methods.auth.authStatus, action: "tell whether auth is on" },
      {},
      options,
    );
    return jsonable({
      header: toHeader(header),
      enabled,
      authRevision: toUnsignedBigInt(authRevision),
    });
  }
}

/** Asks for the token of a user. */
export async function authenticate(
  caller: Caller,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<string> {
  const { token } = await caller.unary(
    { method: methods.auth.authenticate, action: "authenticate" },
    { name, password },
    undefined,
  );
  return token;
}
