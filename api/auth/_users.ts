import { InvalidOptionError } from "../../errors/invalid_option_error.ts";
import type { AuthUserAddRequestInit } from "../../proto/gen/messages.ts";
import { methods } from "../../proto/methods.ts";
import { change, checkPassword } from "./_change.ts";
import type { AuthResult, UserOptions, Users } from "./types.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import {
  CALL_OPTIONS,
  checkName,
  checkObject,
  FLAG,
  SECRET,
  Signature,
} from "../checks/mod.ts";
import { toHeader } from "../values/mod.ts";

const ADD = new Signature("auth.users.add", {
  ...CALL_OPTIONS,
  password: SECRET,
  noPassword: FLAG,
});
const GET = new Signature("auth.users.get", CALL_OPTIONS);
const LIST = new Signature("auth.users.list", CALL_OPTIONS);
const DELETE = new Signature("auth.users.delete", CALL_OPTIONS);
const CHANGE_PASSWORD = new Signature(
  "auth.users.changePassword",
  CALL_OPTIONS,
);
const GRANT_ROLE = new Signature("auth.users.grantRole", CALL_OPTIONS);
const REVOKE_ROLE = new Signature("auth.users.revokeRole", CALL_OPTIONS);

/** {@linkcode Users} over a caller. */
export class UserFacet implements Users {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async add(
    name: string,
    options: UserOptions & CallOptions,
  ): Promise<AuthResult> {
    const request = ADD.take(options, () => addRequest(name, options));
    return await change(this.#caller, {
      method: methods.auth.userAdd,
      request,
      action: "add the user",
      options,
    });
  }

  async get(
    name: string,
    options?: CallOptions,
  ): Promise<AuthResult & { readonly roles: readonly string[] }> {
    const request = GET.take(options, () => ({
      name: checkName("name", name),
    }));
    const { header, roles } = await this.#caller.unary(
      { method: methods.auth.userGet, action: "look at the user" },
      request,
      options,
    );
    return { header: toHeader(header), roles };
  }

  async list(options?: CallOptions): Promise<readonly string[]> {
    LIST.check(options);
    const { users } = await this.#caller.unary(
      { method: methods.auth.userList, action: "list the users" },
      {},
      options,
    );
    return users;
  }

  async delete(name: string, options?: CallOptions): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.userDelete,
      request: DELETE.take(options, () => ({ name: checkName("name", name) })),
      action: "delete the user",
      options,
    });
  }

  async changePassword(
    name: string,
    password: string,
    options?: CallOptions,
  ): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.userChangePassword,
      request: CHANGE_PASSWORD.take(options, () => ({
        name: checkName("name", name),
        password: checkPassword(password),
      })),
      action: "change the password",
      options,
    });
  }

  async grantRole(
    user: string,
    role: string,
    options?: CallOptions,
  ): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.userGrantRole,
      request: GRANT_ROLE.take(options, () => ({
        user: checkName("user", user),
        role: checkName("role", role),
      })),
      action: "grant the role",
      options,
    });
  }

  async revokeRole(
    user: string,
    role: string,
    options?: CallOptions,
  ): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.userRevokeRole,
      request: REVOKE_ROLE.take(options, () => ({
        name: checkName("user", user),
        role: checkName("role", role),
      })),
      action: "revoke the role",
      options,
    });
  }
}

function addRequest(
  name: string,
  options: UserOptions,
): AuthUserAddRequestInit {
  checkName("name", name);
  checkObject("options", options);
  const { password, noPassword } = options;
  if (noPassword !== true) return { name, password: checkPassword(password) };
  if (password === undefined) return { name, options: { noPassword } };
  throw new InvalidOptionError("noPassword", noPassword, {
    expected: "absent where there is a password",
  });
}
