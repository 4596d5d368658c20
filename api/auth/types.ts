import type { CallOptions } from "../call/mod.ts";
import type { Bytes, Key, KeyRange, ResponseHeader } from "../values/mod.ts";

/** What a call that only changes something gives. */
export interface AuthResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
}

/** What may be done to keys. */
export type PermissionType = "read" | "write" | "readwrite";

/** A right to be granted. */
export interface Grant {
  /** What may be done. */
  readonly type: PermissionType;
  /** To which key, or range of keys. */
  readonly keys: Key | KeyRange;
}

/** A right that a role has. */
export interface Permission {
  /** What may be done. */
  readonly type: PermissionType;
  /** The key, or the first one. */
  readonly key: Bytes;
  /**
   * The key after the last one, if it is a range; a single zero byte means no
   * end.
   */
  readonly rangeEnd: Bytes | undefined;
}

/** Whether users matter. */
export interface AuthStatus extends AuthResult {
  /** Whether auth is on. */
  readonly enabled: boolean;
  /** Grows with each change to users, roles and rights. */
  readonly authRevision: bigint;
}

/** How a user proves who they are: by a password, or by a certificate alone. */
export type UserOptions =
  | { readonly password: string; readonly noPassword?: undefined }
  | { readonly noPassword: true; readonly password?: undefined };

/** The users. */
export interface Users {
  /** Adds a user. */
  add(
    name: string,
    options: UserOptions & CallOptions,
  ): Promise<AuthResult>;
  /** The roles of a user. */
  get(
    name: string,
    options?: CallOptions,
  ): Promise<AuthResult & { readonly roles: readonly string[] }>;
  /** The names of all users. */
  list(options?: CallOptions): Promise<readonly string[]>;
  /** Removes a user. */
  delete(name: string, options?: CallOptions): Promise<AuthResult>;
  /** Gives a user another password. */
  changePassword(
    name: string,
    password: string,
    options?: CallOptions,
  ): Promise<AuthResult>;
  /** Gives a role to a user. */
  grantRole(
    user: string,
    role: string,
    options?: CallOptions,
  ): Promise<AuthResult>;
  /** Takes a role from a user. */
  revokeRole(
    user: string,
    role: string,
    options?: CallOptions,
  ): Promise<AuthResult>;
}

/** The roles. */
export interface Roles {
  /** Adds a role, without any right. */
  add(name: string, options?: CallOptions): Promise<AuthResult>;
  /** The rights of a role. */
  get(
    name: string,
    options?: CallOptions,
  ): Promise<AuthResult & { readonly permissions: readonly Permission[] }>;
  /** The names of all roles. */
  list(options?: CallOptions): Promise<readonly string[]>;
  /** Removes a role, from its users as well. */
  delete(name: string, options?: CallOptions): Promise<AuthResult>;
  /** Gives a role a right; it replaces one to the same key or range. */
  grantPermission(
    role: string,
    grant: Grant,
    options?: CallOptions,
  ): Promise<AuthResult>;
  /** Takes the right to exactly this key or range from a role. */
  revokePermission(
    role: string,
    keys: Key | KeyRange,
    options?: CallOptions,
  ): Promise<AuthResult>;
}

/**
 * Users, their roles and rights, and whether they matter.
 *
 * Changes are writes: they are sent at most once. Every call throws an
 * `EtcdError`, or the reason of its `signal`.
 */
export interface Auth {
  /** The users. */
  readonly users: Users;
  /** The roles. */
  readonly roles: Roles;
  /**
   * Turns auth on. There must be a user `root` with the role `root`, and from
   * then on every client needs credentials.
   */
  enable(options?: CallOptions): Promise<AuthResult>;
  /** Turns auth off. */
  disable(options?: CallOptions): Promise<AuthResult>;
  /**
   * Whether auth is on.
   *
   * @throws {UnsupportedError} If the server is older than etcd 3.5.
   */
  status(options?: CallOptions): Promise<AuthStatus>;
}
