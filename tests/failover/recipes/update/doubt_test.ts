// Updates whose answer was lost, or whose request was, on a real server.
import { assert, assertEquals } from "@std/assert";
import { type DoubtPolicy, update } from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import {
  faultyClient,
  other,
  startFaultyMember,
} from "../../_faulty_member.ts";
import {
  addOne,
  failure,
  newKey,
  number,
  numberAt,
  pass,
  proxy,
} from "../_faulty_subject.ts";

startFaultyMember();

const RECEIPT: DoubtPolicy = { receipt: "receipts" };

interface Lost {
  readonly doubt?: DoubtPolicy;
  /** Whether the request is lost, or only the answer. */
  readonly what: "request" | "answer";
  /** Happens before the client hears of etcd again. */
  meanwhile?(): Promise<unknown>;
}

/** Adds one to a key; the first write meets with the fault. */
async function addWhile(key: string, { what, doubt, meanwhile }: Lost) {
  await using client = faultyClient();
  await client.connect();
  const before = (await other.get(key))?.modRevision;
  let calls = 0;
  const updating = update(client, key, async (old = 0) => {
    if (++calls === 1) {
      const kind = what === "request" ? "blackhole" : "mute";
      await proxy().set({ kind });
    }
    return old + 1;
  }, { codec: number, doubt });
  const settled = Promise.allSettled([updating]);
  try {
    const bytes = (await proxy().stats()).bytesFromClients;
    if (what === "answer") {
      await waitFor(
        "the write",
        async () => (await other.get(key))?.modRevision !== before,
      );
    } else {
      await waitFor("the call", () => calls === 1);
      await waitFor(
        "the request",
        async () => (await proxy().stats()).bytesFromClients > bytes,
      );
    }
    await meanwhile?.();
  } finally {
    await pass();
    await settled;
  }
  return { result: await updating, calls };
}

Deno.test("update() whose request was lost is sent again, and not called", async () => {
  const key = newKey();
  await other.put(key, "4");
  const { result, calls } = await addWhile(key, { what: "request" });
  assertEquals([result.action, calls, await numberAt(key)], ["put", 1, 5]);
});

Deno.test("update() whose answer was lost throws where the bytes may be another's", async () => {
  const key = newKey();
  await other.put(key, "4");
  const error = await failure(addWhile(key, { what: "answer" }));
  assert(error.maybeCommitted, String(error));
  assertEquals(await numberAt(key), 5);
});

for (const doubt of ["sameValue", RECEIPT] as const) {
  const name = typeof doubt === "string" ? doubt : "a receipt";
  Deno.test(`update() whose answer was lost has its effect once by ${name}`, async () => {
    const key = newKey();
    for (const start of [undefined, "4"]) {
      if (start !== undefined) await other.put(key, start);
      const { result, calls } = await addWhile(key, { what: "answer", doubt });
      const kv = await other.get(key);
      assertEquals(
        [result.action, result.revision, calls],
        ["put", kv?.modRevision, 1],
      );
      assertEquals(await numberAt(key), start === undefined ? 1 : 5);
    }
  });

  Deno.test(`update() finds its write behind those of others by ${name}`, async () => {
    const key = newKey();
    await other.put(key, "4");
    let revision: bigint | undefined;
    const { result, calls } = await addWhile(key, {
      what: "answer",
      doubt,
      async meanwhile() {
        revision = (await other.get(key))?.modRevision;
        const options = { codec: number, doubt };
        await update(other, key, addOne, options);
        await other.delete(key);
        await update(other, key, addOne, options);
      },
    });
    assertEquals([result.revision, calls], [revision, 1]);
    assertEquals(await numberAt(key), 1);
  });
}

Deno.test("update() goes on where another's bytes tell that its write is lost", async () => {
  const key = newKey();
  await other.put(key, "4");
  const { result, calls } = await addWhile(key, {
    what: "request",
    meanwhile: () => other.put(key, "10"),
  });
  assertEquals([result.action, calls, await numberAt(key)], ["put", 2, 11]);
});

Deno.test("update() throws where another has written the same bytes", async () => {
  const key = newKey();
  await other.put(key, "4");
  const error = await failure(addWhile(key, {
    what: "request",
    meanwhile: () => update(other, key, addOne, { codec: number }),
  }));
  assert(error.maybeCommitted, String(error));
  assertEquals(await numberAt(key), 5);
});

Deno.test("update() tells another's write of the same bytes by a receipt", async () => {
  for (const start of [undefined, "4"]) {
    const key = newKey();
    if (start !== undefined) await other.put(key, start);
    const { calls } = await addWhile(key, {
      what: "request",
      doubt: RECEIPT,
      meanwhile: () =>
        update(other, key, addOne, { codec: number, doubt: RECEIPT }),
    });
    const expected = start === undefined ? 2 : 6;
    assertEquals([calls, await numberAt(key)], [2, expected]);
  }
});

Deno.test("update() throws where the history is gone that would tell", async () => {
  const key = newKey();
  await other.put(key, "4");
  const error = await failure(addWhile(key, {
    what: "answer",
    doubt: RECEIPT,
    async meanwhile() {
      await other.put("receipts", "of another");
      await other.put(key, "20");
      const { header } = await other.put(key, "21");
      await other.kv.compact(header.revision);
    },
  }));
  assert(error.maybeCommitted, String(error));
});

Deno.test("update() that deletes has its effect once", async () => {
  for (const doubt of ["throw", "sameValue", RECEIPT] as const) {
    const key = newKey();
    await using client = faultyClient();
    await other.put(key, "4");
    const deleting = update(client, key, async () => {
      await proxy().set({ kind: "mute" });
      return null;
    }, { codec: number, doubt });
    const settled = Promise.allSettled([deleting]);
    await waitFor(
      "the deletion",
      async () => await other.get(key) === undefined,
    );
    const { revision } = (await other.range(key)).header;
    await pass();
    await settled;
    if (doubt === "throw") {
      assert((await failure(deleting)).maybeCommitted);
    } else {
      assertEquals(await deleting, { action: "delete", revision, attempts: 1 });
    }
  }
});

Deno.test("update() counts right under cut connections by a receipt", async () => {
  const key = newKey();
  await using client = faultyClient();
  let done = 0;
  const writers = Promise.all(Array.from({ length: 8 }, async () => {
    for (let at = 0; at < 4; at++) {
      const doubt = { receipt: `${key}/receipt` };
      await update(client, key, addOne, { codec: number, doubt });
      done++;
    }
  }));
  for (let at = 1; at <= 8; at++) {
    await waitFor("more updates", () => done >= 3 * at);
    await proxy().cutAll();
  }
  await writers;
  assertEquals([done, await numberAt(key)], [32, 32]);
});
