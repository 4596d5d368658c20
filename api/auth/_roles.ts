import {
  type Permission as WirePermission,
  type PermissionInit as WirePermissionInit,
  PermissionType as WireType,
} from "../../proto/gen/messages.ts";
import { methods } from "../../proto/methods.ts";
import { change } from "./_change.ts";
import type {
  AuthResult,
  Grant,
  Permission,
  PermissionType,
  Roles,
} from "./types.ts";
import {
  bounds,
  copyBytes,
  type Key,
  type KeyRange,
  toHeader,
} from "../values/mod.ts";
import type { Caller, CallOptions } from "../call/mod.ts";
import {
  ANYTHING,
  CALL_OPTIONS,
  checkName,
  checkOneOf,
  checkOptions,
  oneOf,
  Signature,
} from "../checks/mod.ts";

const TYPES = [
  ["read", WireType.READ],
  ["write", WireType.WRITE],
  ["readwrite", WireType.READWRITE],
] as const satisfies (readonly [PermissionType, WireType])[];

const WORDS = TYPES.map(([word]) => word);
const TYPE = oneOf(...WORDS);

const ADD = new Signature("auth.roles.add", CALL_OPTIONS);
const GET = new Signature("auth.roles.get", CALL_OPTIONS);
const LIST = new Signature("auth.roles.list", CALL_OPTIONS);
const DELETE = new Signature("auth.roles.delete", CALL_OPTIONS);
const GRANT = new Signature("auth.roles.grantPermission", CALL_OPTIONS);
const REVOKE = new Signature("auth.roles.revokePermission", CALL_OPTIONS);

/** {@linkcode Roles} over a caller. */
export class RoleFacet implements Roles {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async add(name: string, options?: CallOptions): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.roleAdd,
      request: ADD.take(options, () => ({ name: checkName("name", name) })),
      action: "add the role",
      options,
    });
  }

  async get(
    name: string,
    options?: CallOptions,
  ): Promise<AuthResult & { readonly permissions: readonly Permission[] }> {
    const request = GET.take(options, () => ({
      role: checkName("name", name),
    }));
    const { header, perm } = await this.#caller.unary(
      { method: methods.auth.roleGet, action: "look at the role" },
      request,
      options,
    );
    return { header: toHeader(header), permissions: perm.map(toPermission) };
  }

  async list(options?: CallOptions): Promise<readonly string[]> {
    LIST.check(options);
    const { roles } = await this.#caller.unary(
      { method: methods.auth.roleList, action: "list the roles" },
      {},
      options,
    );
    return roles;
  }

  async delete(name: string, options?: CallOptions): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.roleDelete,
      request: DELETE.take(options, () => ({ role: checkName("name", name) })),
      action: "delete the role",
      options,
    });
  }

  async grantPermission(
    role: string,
    grant: Grant,
    options?: CallOptions,
  ): Promise<AuthResult> {
    return await change(this.#caller, {
      method: methods.auth.roleGrantPermission,
      request: GRANT.take(options, () => ({
        name: checkName("role", role),
        perm: permission(grant),
      })),
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
      request: REVOKE.take(options, () => ({
        role: checkName("role", role),
        ...bounds(keys),
      })),
      action: "revoke the permission",
      options,
    });
  }
}

function permission(grant: Grant): WirePermissionInit {
  checkOptions("grant", grant, { type: TYPE, keys: ANYTHING });
  const type = checkOneOf("type", grant.type, { words: WORDS });
  const permType = TYPES.find(([word]) => word === type)?.[1];
  return { permType, ...bounds(grant.keys) };
}

function toPermission({ permType, key, rangeEnd }: WirePermission): Permission {
  return {
    type: TYPES.find(([, wire]) => wire === permType)?.[0] ?? "read",
    key: copyBytes(key),
    rangeEnd: rangeEnd.length > 0 ? copyBytes(rangeEnd) : undefined,
  };
}
