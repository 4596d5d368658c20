// Guards in the keyspace of their lock, and in others, on a real server.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  compare,
  type Comparison,
  InvalidOptionError,
  type Keyspace,
  type Lock,
  op,
} from "../../../mod.ts";
import { client, nextSerial, startOneMember } from "../_one_member.ts";

startOneMember();

/** What the error of a foreign guard must say, of all that name a keyspace. */
function madeBy(prefix: string): string {
  return prefix === ""
    ? "made by the client itself, without a prefix"
    : `made by the namespace "${prefix}"`;
}

async function assertForeign(
  call: () => Promise<unknown>,
  { of, used, option = "if" }: {
    readonly of: string;
    readonly used: string;
    readonly option?: string;
  },
): Promise<void> {
  const error = await assertRejects(call, InvalidOptionError);
  assertEquals(error.option, option);
  const said = `'${option}' must be ${madeBy(used)}, which it is used in: ` +
    `current value is ${madeBy(of)}`;
  assert(error.message.endsWith(said), error.message);
}

Deno.test("Lock.guard is refused in every other keyspace, before anything is sent, and holds in its own", async () => {
  const at = `guards${nextSerial()}/`;
  const prefixes = ["", at, `${at}in/`, `${at.slice(0, -1)}`];
  // Nothing listens there: a call that is sent dials.
  await using nowhere = new Client({ endpoints: "http://127.0.0.1:1" });
  const keyspace = (one: Client, prefix: string): Keyspace =>
    prefix === "" ? one : one.namespace(prefix);
  for (const of of prefixes) {
    await using session = await keyspace(client, of).session();
    await using lock = await session.lock("x");
    await using leadership = await session.campaign("y", "");
    for (const { guard, key } of [lock, leadership]) {
      for (const used of prefixes.filter((one) => one !== of)) {
        const { kv } = keyspace(nowhere, used);
        const foreign = (call: () => Promise<unknown>) =>
          assertForeign(call, { of, used });
        await foreign(() => kv.txn({ if: [guard] }));
        await foreign(() => kv.batched().txn({ if: [{ ...guard }] }));
        const inner = op.txn({ if: [guard] });
        await foreign(() => kv.txn({ then: [op.txn({ else: [inner] })] }));
      }
      await assertHolds(keyspace(client, of), { guard, key });
      // Another client, and another object for the same keys.
      await using other = new Client({
        endpoints: client.balancer.endpoints.map(({ endpoint }) => endpoint),
        keepAlive: false,
      });
      await assertHolds(keyspace(other, of), { guard, key });
    }
  }
  assertEquals(nowhere.balancer.dials, 0);
});

/** A guard holds, alone and in a transaction within. */
async function assertHolds(
  keyspace: Keyspace,
  { guard, key }: Pick<Lock, "guard" | "key">,
): Promise<void> {
  const { succeeded, results } = await keyspace.txn({
    if: [guard],
    then: [op.txn({ if: [guard], then: [op.get(key)] })],
  });
  assert(succeeded && results[0].succeeded);
  assertEquals(results[0].results[0]?.key, key);
}

Deno.test("compare takes the key of a lock as any other, in every keyspace", async () => {
  const at = `compared${nextSerial()}/`;
  await using session = await client.namespace(at).session();
  await using lock = await session.lock("x");
  const own: Comparison = compare.createRevision(lock.key, "=", lock.revision);
  assertEquals(own, lock.guard);
  const holds = async (keyspace: Keyspace) =>
    (await keyspace.txn({ if: [own] })).succeeded;
  assertEquals(
    [await holds(client.namespace(at)), await holds(client)],
    [true, false],
  );
  assertEquals(
    (await client.get(`${at}${lock.key.text()}`))?.createRevision,
    lock.revision,
  );
  assertEquals(await client.get(lock.key), undefined);
});

Deno.test("Session.resume() and client.lock.unlock() refuse the key of a lock of another keyspace", async () => {
  const at = `keys${nextSerial()}/`;
  const lease = await client.lease.grant(60);
  const session = await client.namespace(at).session({ lease });
  const leadership = await session.campaign("x", "");
  session.lease.orphan();
  await using outside = await client.session({ lease: lease.id });
  const foreign = { of: at, used: "", option: "key" };
  await assertForeign(() => outside.resume("x", leadership), foreign);
  await assertForeign(() => client.lock.unlock(leadership.key), foreign);
});
