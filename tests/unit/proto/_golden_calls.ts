/** What real servers and Go's own client sent. */
import { assert } from "@std/assert";
import { rpcs } from "../../../proto/gen/rpcs.ts";
import type { Method } from "../../../proto/method.ts";
import recorded34 from "../goldens/etcd_3.4.23.json" with { type: "json" };
import recorded35 from "../goldens/etcd_3.5.16.json" with { type: "json" };

/** A recorded call, its messages in hexadecimal digits. */
export interface Golden {
  readonly title: string;
  readonly client: string;
  readonly path: string;
  readonly status: string;
  readonly requests: readonly string[];
  readonly replies: readonly string[];
}

/** The calls of each version. */
export const RECORDINGS: readonly {
  readonly version: string;
  readonly calls: readonly Golden[];
}[] = [recorded34, recorded35];

/** The types of a recorded call. */
export function rpcOf(golden: Golden): (typeof rpcs)[keyof typeof rpcs] {
  const found = Object.values(rpcs).find(({ path }) => path === golden.path);
  assert(found, golden.path);
  return found;
}

/** The recorded call of this title. */
export function findCall(
  calls: readonly Golden[],
  title: string,
  path: string,
): Golden {
  const found = calls.find((call) =>
    call.title === title && call.path === path
  );
  assert(found, `${title} ${path}`);
  return found;
}

/** The only reply of a recorded call. */
export function reply<Response>(
  calls: readonly Golden[],
  title: string,
  method: Method<never, Response>,
): Response {
  const [bytes] = findCall(calls, title, method.path).replies;
  assert(bytes !== undefined, title);
  return method.decode(Uint8Array.fromHex(bytes));
}

/** Bytes as text. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
