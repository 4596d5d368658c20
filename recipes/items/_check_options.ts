import { checkCodec } from "../codec/mod.ts";
import { checkSessionSource } from "../steps/mod.ts";
import type { QueueOptions } from "./types.ts";

/**
 * Checks the options of a queue, and copies them.
 *
 * @throws {InvalidOptionError} If one is not acceptable.
 */
export function checkQueueOptions<T>(
  options: QueueOptions<T> | undefined,
): QueueOptions<T> {
  const codec = checkCodec<T>("codec", options?.codec);
  const { session, ttlSeconds } = options ?? {};
  checkSessionSource({ session, ttlSeconds });
  return { codec, session, ttlSeconds };
}
