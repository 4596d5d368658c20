/**
 * Users, roles and whether the server asks who one is.
 *
 * @module
 */
export { authenticate, AuthFacet } from "./auth.ts";
export type {
  Auth,
  AuthResult,
  AuthStatus,
  Grant,
  Permission,
  PermissionType,
  Roles,
  UserOptions,
  Users,
} from "./types.ts";
