/** Keys without a client of ours. */
import { methods } from "../../../../proto/methods.ts";
import { type Member, rawCall } from "../../../harness/mod.ts";

let written = 0;

const bytes = (text: string) => new TextEncoder().encode(text);

/** Puts a key of its own through a member; resolves to the key. */
export async function put(
  endpoint: string,
  timeoutMs = 10_000,
): Promise<string> {
  const key = `key-${++written}`;
  await rawCall(
    endpoint,
    methods.kv.put,
    { key: bytes(key), value: bytes("value") },
    { timeoutMs },
  );
  return key;
}

/** Whether a member has a key, as far as it knows. */
export async function has(member: Member, key: string): Promise<boolean> {
  const reply = await rawCall(member.directEndpoint, methods.kv.range, {
    key: bytes(key),
    serializable: true,
  }, { timeoutMs: 10_000 });
  return reply.kvs.length === 1;
}
