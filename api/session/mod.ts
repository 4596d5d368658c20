/**
 * Sessions: locks and leaderships that end with a lease.
 *
 * @module
 */
export { openSession } from "./session.ts";
export type {
  Leadership,
  Lock,
  LockOptions,
  PromptOptions,
  Session,
  SessionOptions,
} from "./types.ts";
