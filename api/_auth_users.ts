import { InvalidOptionError } from "../errors/invalid_option_error.ts";
import { methods } from "../proto/methods.ts";
import { change, checkPassword } from "./_auth_change.ts";
import type { AuthResult, UserOptions, Users } from "./auth_types.ts";
import type { CallOptions } from "./call_options.ts";
import type { Caller } from "./caller.ts";
import { checkName, checkObject } from "./_checks.ts";
import { toHeader } from "./key_value.ts";

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
    checkName("name", name);
    checkObject("options", options);
    const { password, noPassword } = options;
    if (noPassword === true && password !== undefined) {
      throw new InvalidOptionError("noPassword", noPassword, {
        expected: "absent where there is a password",
      });
    }
    return await change(this.#caller, {
      method: methods.auth.userAdd,
      request: noPassword === true
        ? { name, options: { noPassword } }
        : { name, password: checkPassword(password) },
      action: "add the user",
      options,
    });
  }

  async get(
    name: string,
    options?: CallOptions,
  ): Promise<AuthResult & { readonly roles: readonly string[] }> {
    const { header, roles } = await this.#caller.unary(
      methods.auth.userGet,
      { name: checkName("name", name) },
      "look at the user",
      options,
    );
    return { header: toHeader(header), roles };
  }

  async list(options?: CallOptions): Promise<readonly string[]> {
    const { users } = await this.#caller.unary(
      methods.auth.userList,
      {},
      "list the users",
      options,
    );
    return users;
  }

  async delete(name: string, options?: CallOptions): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.userDelete,
      request: { name: checkName("name", name) },
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
      request: {
        name: checkName("name", name),
        password: checkPassword(password),
      },
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
      request: { user: checkName("user", user), role: checkName("role", role) },
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
      request: { name: checkName("user", user), role: checkName("role", role) },
      action: "revoke the role",
      options,
    });
  }
}
