// An item whose consumer ends just between the deletion and the hand-over: the
// answer to the deletion is held back, so that this happens for sure.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { EtcdError } from "../../../../errors/mod.ts";
import { prefix } from "../../../../mod.ts";
import {
  faultyClient,
  faultyMember,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import { untilQueued } from "../../locks/_subject.ts";
import { RunningProgram } from "../_running.ts";
import { KINDS, type QueueKind } from "./_kinds.ts";
import { Ledger } from "./_ledger.ts";

startFaultyMember();

/** Takes an item, and another one when it is told to. */
function consumer({ imported }: QueueKind, name: string): string {
  const { endpoint, directEndpoint } = faultyMember();
  return `
import { Client } from "@etcdeno/client";
import { ${imported}, text, waitFor } from "@etcdeno/client/recipes";
const client = new Client({ endpoints: "${endpoint}" });
const past = new Client({ endpoints: "${directEndpoint}" });
const session = await client.session({ ttlSeconds: 2 });
console.log("session", session.lease.id.toString());
const jobs = ${imported}(client, "${name}", { codec: text, session });
console.log("got", "${name}", (await jobs.dequeue()).value);
await waitFor(past, "go on/${name}", (kv) => kv !== undefined);
console.log("got", "${name}", (await jobs.dequeue()).value);`;
}

async function heal(): Promise<void> {
  const { proxy } = faultyMember();
  await proxy.set({ kind: "pass" });
  await proxy.cutAll();
}

for (const kind of KINDS) {
  Deno.test(`an item of a ${kind.kind} is missing if its consumer is killed between deletion and hand-over, and no other one is`, async () => {
    const name = kind.imported;
    const ledger = new Ledger(name);
    const { header } = await other.range(name);
    await using jobs = kind.open(other, name);
    const put = async (value: string) => {
      ledger.put(value, (await jobs.enqueue(value)).key.text());
    };
    for (const value of ["first", "other"]) await put(value);
    await using first = await RunningProgram.start(consumer(kind, name), {
      check: false,
    });
    await first.printed(`got ${name} first`);
    await faultyMember().proxy.set({ kind: "mute" });
    try {
      await other.put(`go on/${name}`, "");
      await untilQueued(other, name, 0);
      first.signal("SIGKILL");
    } finally {
      await heal();
    }
    await put("third");
    await using second = await RunningProgram.start(consumer(kind, name), {
      check: false,
    });
    await second.printed(`got ${name} third`);
    // It is not to take what the ledger puts.
    second.signal("SIGKILL");
    await ledger.readHistory(other, header.revision + 1n);
    const account = ledger.account([
      { program: first, killed: true },
      { program: second, killed: false },
    ]);
    assertEquals(account, {
      counts: { consumed: 2, killed: 1, told: 0, doubted: 0 },
      faults: [],
    });
    // Only of one that was killed.
    const alive = ledger.account([
      { program: first, killed: false },
      { program: second, killed: false },
    ]);
    assertEquals(alive.faults, ["other is missing"]);
  });

  Deno.test(`an item of a ${kind.kind} is named in the error if the client is closed between deletion and hand-over`, async () => {
    const name = `closed/${kind.imported}`;
    const client = faultyClient();
    const jobs = kind.open(client, name);
    await using producer = kind.open(other, name);
    await producer.enqueue("first");
    const { key } = await producer.enqueue("other");
    assertEquals((await jobs.dequeue()).value, "first");
    await faultyMember().proxy.set({ kind: "mute" });
    try {
      const asked = assertRejects(() => jobs.dequeue(), EtcdError);
      await untilQueued(other, name, 0);
      await client.close();
      const error = await asked;
      assert(error.maybeCommitted, error.message);
      assert(error.message.includes(`"${key.text()}"`), error.message);
    } finally {
      await heal();
    }
    await jobs.close();
    assertEquals((await other.range(prefix(`${name}/`))).count, 0n);
  });
}
