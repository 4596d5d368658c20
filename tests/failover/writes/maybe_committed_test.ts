// What the error of each write says of it, held against what the server has.
import { assertEquals } from "@std/assert";
import { type Client, EtcdError } from "../../../mod.ts";
import { waitFor } from "../../harness/mod.ts";
import {
  cluster,
  faultyClient,
  faultyMember,
  other,
  startFaultyMember,
} from "../_faulty_member.ts";
import type { ReadyWrite, Write } from "./_write.ts";
import { WRITES } from "./_writes.ts";

/** A write and what its call came to. */
interface Made {
  readonly write: Write;
  readonly ready: ReadyWrite;
  /** What the call has failed with; nothing if it has succeeded. */
  readonly failure: Promise<unknown>;
}

let serial = 1_000;

startFaultyMember();

/** Makes all writes at once, with one client and under one fault. */
async function underFault(
  { fault, timeoutMs, writes = WRITES }: {
    readonly fault: "mute" | "refuse";
    readonly timeoutMs?: number;
    readonly writes?: readonly Write[];
  },
  check: (made: readonly Made[], client: Client) => Promise<void>,
): Promise<void> {
  const member = faultyMember();
  await using client = faultyClient();
  await client.connect();
  try {
    const ready = await Promise.all(writes.map((write) => {
      const at = ++serial;
      return write.ready({
        cluster,
        client,
        server: other,
        name: `w${at}`,
        serial: at,
      });
    }));
    await member.proxy.set({ kind: fault });
    const made = ready.map((one, at): Made => {
      const options = timeoutMs === undefined ? {} : { timeoutMs };
      const failure = one.call(options).then(() => undefined, (error) => error);
      return { write: writes[at] as Write, ready: one, failure };
    });
    await check(made, client);
  } finally {
    await member.proxy.set({ kind: "pass" });
  }
}

/** Waits until the server has applied them all. */
async function allHappened(made: readonly Made[]): Promise<void> {
  for (const { write: { name }, ready } of made) {
    await waitFor(name, () => ready.happened(), { timeoutMs: 20_000 });
  }
}

/** What each error says, by the name of its write. */
async function said(
  made: readonly Made[],
): Promise<readonly (readonly [string, unknown])[]> {
  return await Promise.all(made.map(async ({ write: { name }, failure }) => {
    const error = await failure;
    if (!(error instanceof EtcdError)) return [name, error] as const;
    // The flag and the text are never apart.
    assertEquals(
      error.message.includes("it may have been applied"),
      error.maybeCommitted,
      error.message,
    );
    return [name, error.maybeCommitted] as const;
  }));
}

const all = (
  { say }: { readonly say: boolean },
  writes: readonly Write[] = WRITES,
) => writes.map(({ name }) => [name, say] as const);

Deno.test("maybeCommitted is true of each write whose answer is lost, and those that may be repeated find out", async () => {
  await underFault({ fault: "mute" }, async (made) => {
    await allHappened(made);
    await cluster.members[0]?.proxy.set({ kind: "pass" });
    assertEquals(
      await said(made),
      WRITES.map(({ name, lost }) => [name, lost === "tells" || undefined]),
    );
  });
});

Deno.test("maybeCommitted is true of each write that was applied when its time was over", async () => {
  // The close of a session has no time limit of its own.
  const writes = WRITES.filter(({ name }) => name !== "session.close");
  const fault = { fault: "mute", timeoutMs: 2_000, writes } as const;
  await underFault(fault, async (made) => {
    await allHappened(made);
    assertEquals(await said(made), all({ say: true }, writes));
  });
});

Deno.test("maybeCommitted is true of each write that was applied when the client is closed", async () => {
  await underFault({ fault: "mute" }, async (made, client) => {
    await allHappened(made);
    await client.close();
    assertEquals(await said(made), all({ say: true }));
  });
});

Deno.test("maybeCommitted is false of each write that reached no server, and none of them is applied later", async () => {
  const writes = WRITES.filter(({ name, goesOn }) =>
    name !== "session.close" && !goesOn
  );
  const fault = { fault: "refuse", timeoutMs: 800, writes } as const;
  await underFault(fault, async (made, client) => {
    assertEquals(await said(made), all({ say: false }, writes));
    await cluster.members[0]?.proxy.set({ kind: "pass" });
    await client.put("after", "all", { timeoutMs: 20_000 });
    for (const { write: { name }, ready } of made) {
      assertEquals([name, await ready.happened()], [name, false]);
    }
  });
});
