/**
 * Registration: a key that stands as long as a process lives.
 *
 * @module
 */
export { register } from "./register.ts";
export type {
  CodecRegisterOptions,
  ConflictPolicy,
  RegisterOptions,
  Registration,
  RegistrationState,
} from "./types.ts";
