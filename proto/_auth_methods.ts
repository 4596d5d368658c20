/** The methods of the auth service. */

import { defineMethod, type RpcMethod } from "./_define_method.ts";

/** Users, roles, and authentication itself. */
export interface AuthMethods {
  readonly authEnable: RpcMethod<"Auth.AuthEnable">;
  readonly authDisable: RpcMethod<"Auth.AuthDisable">;
  readonly authStatus: RpcMethod<"Auth.AuthStatus">;
  readonly authenticate: RpcMethod<"Auth.Authenticate">;
  readonly userAdd: RpcMethod<"Auth.UserAdd">;
  readonly userGet: RpcMethod<"Auth.UserGet">;
  readonly userList: RpcMethod<"Auth.UserList">;
  readonly userDelete: RpcMethod<"Auth.UserDelete">;
  readonly userChangePassword: RpcMethod<"Auth.UserChangePassword">;
  readonly userGrantRole: RpcMethod<"Auth.UserGrantRole">;
  readonly userRevokeRole: RpcMethod<"Auth.UserRevokeRole">;
  readonly roleAdd: RpcMethod<"Auth.RoleAdd">;
  readonly roleGet: RpcMethod<"Auth.RoleGet">;
  readonly roleList: RpcMethod<"Auth.RoleList">;
  readonly roleDelete: RpcMethod<"Auth.RoleDelete">;
  readonly roleGrantPermission: RpcMethod<"Auth.RoleGrantPermission">;
  readonly roleRevokePermission: RpcMethod<"Auth.RoleRevokePermission">;
}

/** Users, roles, and authentication itself. */
export const auth: AuthMethods = Object.freeze({
  authEnable: defineMethod("Auth.AuthEnable", "write"),
  authDisable: defineMethod("Auth.AuthDisable", "write"),
  // Read only.
  authStatus: defineMethod("Auth.AuthStatus", "read"),
  // A copy makes one more token, which nobody gets and which runs out.
  authenticate: defineMethod("Auth.Authenticate", "read"),
  userAdd: defineMethod("Auth.UserAdd", "write"),
  // Read only, both.
  userGet: defineMethod("Auth.UserGet", "read"),
  userList: defineMethod("Auth.UserList", "read"),
  userDelete: defineMethod("Auth.UserDelete", "write"),
  userChangePassword: defineMethod("Auth.UserChangePassword", "write"),
  userGrantRole: defineMethod("Auth.UserGrantRole", "write"),
  userRevokeRole: defineMethod("Auth.UserRevokeRole", "write"),
  roleAdd: defineMethod("Auth.RoleAdd", "write"),
  // Read only, both.
  roleGet: defineMethod("Auth.RoleGet", "read"),
  roleList: defineMethod("Auth.RoleList", "read"),
  roleDelete: defineMethod("Auth.RoleDelete", "write"),
  roleGrantPermission: defineMethod("Auth.RoleGrantPermission", "write"),
  roleRevokePermission: defineMethod("Auth.RoleRevokePermission", "write"),
});
