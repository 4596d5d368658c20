import {
  type Permission as WirePermission,
  PermissionType as WireType,
} from "../proto/gen/messages.ts";
import { methods } from "../proto/methods.ts";
import { change } from "./_auth_change.ts";
import type {
  AuthResult,
  Grant,
  Permission,
  PermissionType,
  Roles,
} from "./auth_types.ts";
import { copyBytes } from "./bytes.ts";
import type { CallOptions } from "./call_options.ts";
import type { Caller } from "./caller.ts";
import { checkName, checkObject, checkOneOf } from "./_checks.ts";
import { toHeader } from "./key_value.ts";
import { bounds, type Key, type KeyRange } from "./keys.ts";

const TYPES = [
  ["read", WireType.READ],
  ["write", WireType.WRITE],
  ["readwrite", WireType.READWRITE],
] as const satisfies (readonly [PermissionType, WireType])[];

/** {@linkcode Roles} over a caller. */
export class RoleFacet implements Roles {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async add(name: string, options?: CallOptions): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.roleAdd,
      request: { name: checkName("name", name) },
      action: "add the role",
      options,
    });
  }

  async get(
    name: string,
    options?: CallOptions,
  ): Promise<AuthResult & { readonly permissions: readonly Permission[] }> {
    const { header, perm } = await this.#caller.unary(
      methods.auth.roleGet,
      { role: checkName("name", name) },
      "look at the role",
      options,
    );
    return { header: toHeader(header), permissions: perm.map(toPermission) };
  }

  async list(options?: CallOptions): Promise<readonly string[]> {
    const { roles } = await this.#caller.unary(
      methods.auth.roleList,
      {},
      "list the roles",
      options,
    );
    return roles;
  }

  async delete(name: string, options?: CallOptions): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.roleDelete,
      request: { role: checkName("name", name) },
      action: "delete the role",
      options,
    });
  }

  async grantPermission(
    role: string,
    grant: Grant,
    options?: CallOptions,
  ): Promise<AuthResult> {
    checkName("role", role);
    checkObject("grant", grant);
    const word = checkOneOf("type", grant.type, TYPES.map(([type]) => type));
    const permType = TYPES.find(([type]) => type === word)?.[1];
    return await change(this.#caller, {
      method: methods.auth.roleGrantPermission,
      request: { name: role, perm: { permType, ...bounds(grant.keys) } },
      action: "grant the permission",
      options,
    });
  }

  async revokePermission(
    role: string,
    keys: Key | KeyRange,
    options?: CallOptions,
  ): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.roleRevokePermission,
      request: { role: checkName("role", role), ...bounds(keys) },
      action: "revoke the permission",
      options,
    });
  }
}

function toPermission({ permType, key, rangeEnd }: WirePermission): Permission {
  return {
    type: TYPES.find(([, wire]) => wire === permType)?.[0] ?? "read",
    key: copyBytes(key),
    rangeEnd: rangeEnd.length > 0 ? copyBytes(rangeEnd) : undefined,
  };
}
