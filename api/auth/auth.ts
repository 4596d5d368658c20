import { toUnsignedBigInt } from "../../proto/int64.ts";
import { methods } from "../../proto/methods.ts";
import { change } from "./_change.ts";
import { RoleFacet } from "./_roles.ts";
import { UserFacet } from "./_users.ts";
import type {
  Auth,
  Authentication,
  AuthResult,
  AuthStatus,
  Roles,
  Users,
} from "./types.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import { jsonable, toHeader } from "../values/mod.ts";
import { CALL_OPTIONS, Signature, WAIT_OPTIONS } from "../checks/mod.ts";
import { type AuthenticateParts, tryCredentials } from "./_authenticate.ts";

const AUTHENTICATE = new Signature("auth.authenticate", WAIT_OPTIONS);
const ENABLE = new Signature("auth.enable", CALL_OPTIONS);
const DISABLE = new Signature("auth.disable", CALL_OPTIONS);
const STATUS = new Signature("auth.status", CALL_OPTIONS);

/** {@linkcode Auth} over a caller. */
export class AuthFacet implements Auth {
  readonly users: Users;
  readonly roles: Roles;
  readonly #caller: Caller;
  readonly #parts: AuthenticateParts;

  constructor(caller: Caller, parts: AuthenticateParts) {
    this.#caller = caller;
    this.#parts = parts;
    this.users = new UserFacet(caller);
    this.roles = new RoleFacet(caller);
  }

  async authenticate(
    options: Omit<CallOptions, "requireLeader"> = {},
  ): Promise<Authentication> {
    AUTHENTICATE.check(options);
    return await tryCredentials(this.#caller, this.#parts, options);
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
