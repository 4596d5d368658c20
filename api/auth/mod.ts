/**
 * Users, roles and whether the server asks who one is.
 *
 * @module
 */
export { authenticate } from "./_authenticate.ts";
export { AuthFacet } from "./auth.ts";
export type {
  Auth,
  Authentication,
  AuthResult,
  AuthStatus,
  Grant,
  Permission,
  PermissionType,
  Roles,
  UserOptions,
  Users,
} from "./types.ts";
