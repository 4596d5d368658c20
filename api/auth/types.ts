import type { CallOptions } from "../call/mod.ts";
import type { Bytes, Key, KeyRange, ResponseHeader } from "../values/mod.ts";

/** The result of a call that only changes something. */
export interface AuthResult {
  /** The answering member's header. */
  readonly header: ResponseHeader;
}

/** A right to read keys, to write them, or both. */
export type PermissionType = "read" | "write" | "readwrite";

/** A right to be granted. */
export interface Grant {
  /** Reading, writing or both. */
  readonly type: PermissionType;
  /** The key, or the range of keys, that it is for. */
  readonly keys: Key | KeyRange;
}

/** A right that a role has. */
export interface Permission {
  /** Reading, writing or both. */
  readonly type: PermissionType;
  /** The key, or the first one. */
  readonly key: Bytes;
  /**
   * The key after the last one, if it is a range; a single zero byte means no
   * end.
   */
  readonly rangeEnd: Bytes | undefined;
}

/** Whether auth is on: without it, users and roles do not count. */
export interface AuthStatus extends AuthResult {
  /** Whether auth is on. */
  readonly enabled: boolean;
  /** A number that grows with each change to users, roles and rights. */
  readonly authRevision: bigint;
}

/**
 * The outcome of {@linkcode Auth.authenticate}. `accepted`: the cluster has
 * accepted the credentials. `not_needed`: auth is off, and nobody has looked at
 * user and password.
 */
export type Authentication = "accepted" | "not_needed";

/** The way a user proves who they are: a password, or a certificate alone. */
export type UserOptions =
  | { readonly password: string; readonly noPassword?: undefined }
  | { readonly noPassword: true; readonly password?: undefined };

/** The users, as `client.auth.users`. */
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

/**
 * The roles, as `client.auth.roles`.
 *
 * ```ts ignore
 * await client.auth.roles.add("reader");
 * await client.auth.roles.grantPermission("reader", {
 *   type: "read",
 *   keys: prefix("config/"),
 * });
 * await client.auth.users.grantRole("alice", "reader");
 * ```
 */
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
  /** Gives a role a right, instead of one it has to the same key or range. */
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
 * Users, their roles and rights, and whether auth is on at all.
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
   * Tries the client's credentials, which are else first used with the first
   * call, and gets a token now. The calls that follow send it; it stays within
   * the client. Functions in `auth` are asked anew. A token that was given to the
   * client is tried out on a read, also where auth is off.
   *
   * ```ts ignore
   * await client.auth.authenticate({ timeoutMs: 5_000 });
   * ```
   *
   * @throws {AuthError} If user and password, or the token, are not accepted, or
   * a function in `auth` fails. A token that the client had before stays.
   * @throws {TimeoutError} If there is no answer in time, by a member or by a
   * function in `auth`, which the message names.
   * @throws {UnavailableError} If no member can be reached.
   * @throws {InvalidOptionError} If the client has no `auth`.
   */
  authenticate(
    options?: Omit<CallOptions, "requireLeader">,
  ): Promise<Authentication>;
  /**
   * Turns auth on. There must be a user `root` with the role `root`. From then
   * on every client needs credentials.
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
