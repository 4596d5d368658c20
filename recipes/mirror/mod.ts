/**
 * Mirror: a range of keys, copied into another place and kept up to date.
 *
 * @module
 */
export { mirror } from "./mirror.ts";
export type {
  ExistingPolicy,
  Mirror,
  MirrorOptions,
  MirrorProgress,
  MirrorState,
  MirrorWaitOptions,
} from "./types.ts";
