// Writes on a real server: every option, every error.
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  CompactedError,
  EtcdError,
  FutureRevisionError,
  InvalidOptionError,
  LeaseNotFoundError,
  op,
  prefix,
} from "../../../mod.ts";
import { client, startOneMember } from "../_one_member.ts";
import { fresh, putAll } from "./_keys.ts";

startOneMember();

async function codeOf(call: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(call, EtcdError)).code;
}

Deno.test("Kv.put() returns and keeps what it is told to", async () => {
  const at = fresh();
  const lease = await client.lease.grant(60, { id: (1n << 62n) + 7n });
  assertEquals(lease.id, (1n << 62n) + 7n);
  const { prevKv } = await client.put(`${at}a`, "1", {
    lease: lease.id,
    prevKv: true,
  });
  assertEquals(prevKv, undefined);
  const second = await client.put(`${at}a`, "2", {
    ignoreLease: true,
    prevKv: true,
  });
  assertEquals(second.prevKv?.value.text(), "1");
  assertEquals((await client.get(`${at}a`))?.lease, lease.id);
  await client.put(`${at}a`, "", { ignoreValue: true });
  const kv = await client.get(`${at}a`);
  assertEquals([kv?.value.text(), kv?.lease], ["2", 0n]);
  await lease.revoke();
});

Deno.test("Kv.delete() deletes keys and ranges", async () => {
  const at = fresh();
  await putAll([`${at}a`, "1"], [`${at}b`, "2"], [`${at}c`, "3"]);
  assertEquals((await client.delete(`${at}none`)).deleted, 0n);
  const one = await client.delete(`${at}a`, { prevKv: true });
  assertEquals(one.prevKvs.map(({ value }) => value.text()), ["1"]);
  assertEquals((await client.delete(prefix(at))).deleted, 2n);
});

Deno.test("Kv names what the server refuses", async () => {
  const at = fresh();
  const puts = (count: number) =>
    Array.from({ length: count }, (_, n) => op.put(`${at}${n}`, ""));
  assertEquals(
    await codeOf(() => client.txn({ then: puts(129) })),
    "too_many_operations",
  );
  assertEquals(
    await codeOf(() =>
      client.txn({
        then: [op.put(`${at}a`, ""), op.txn({ then: [op.put(`${at}a`, "")] })],
      })
    ),
    "duplicate_key",
  );
  await assertRejects(
    () => client.txn({ then: [op.put(`${at}a`, ""), op.put(`${at}a`, "")] }),
    InvalidOptionError,
  );
  assertEquals(
    await codeOf(() => client.put(`${at}a`, new Uint8Array(1_600_000))),
    "request_too_large",
  );
  assertEquals(
    await codeOf(() => client.put(`${at}none`, "", { ignoreValue: true })),
    "key_not_found",
  );
  assertEquals(
    await codeOf(() => client.put(`${at}a`, "x", { ignoreValue: true })),
    "value_provided",
  );
  await assertRejects(
    () => client.put(`${at}a`, "", { lease: 12_345n }),
    LeaseNotFoundError,
  );
  const refused = await client.put(`${at}a`, new Uint8Array(3 << 20))
    .catch((error) => error);
  assertInstanceOf(refused, EtcdError);
  // gRPC's own limit, and the same to whoever made the call.
  assertEquals([refused.code, refused.maybeCommitted], [
    "request_too_large",
    false,
  ]);
});

Deno.test("Kv.compact() forgets, and reads of the past say so", async () => {
  const at = fresh();
  const [first = 0n, second = 0n] = await putAll([`${at}a`, "1"], [
    `${at}a`,
    "2",
  ]);
  const { header } = await client.kv.compact(second, { physical: true });
  assertEquals(header.revision, second);
  await assertRejects(
    () => client.get(`${at}a`, { revision: first }),
    CompactedError,
  );
  await assertRejects(() => client.kv.compact(first), CompactedError);
  await assertRejects(
    () => client.get(`${at}a`, { revision: second + 1_000n }),
    FutureRevisionError,
  );
});
