// Mirrors within one cluster, and mirrors at rest.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { SYSTEM_CLOCK } from "../../../../api/waiting/mod.ts";
import { InvalidOptionError } from "../../../../errors/mod.ts";
import type { Keyspace } from "../../../../mod.ts";
import { mirror, monotonic } from "../../../../recipes/mod.ts";
import { Mirroring } from "../../../../recipes/mirror/_mirroring.ts";
import { mirrorSettings } from "../../../../recipes/mirror/_settings.ts";
import { waitFor } from "../../../harness/mod.ts";
import { client, startOneMember } from "../../_one_member.ts";

const FAST = 200;

startOneMember();

interface Refused {
  readonly source?: (client: Keyspace) => Keyspace;
  readonly target?: (client: Keyspace) => Keyspace;
  readonly prefix?: string;
  readonly destinationPrefix?: string;
  readonly checkpoint?: string;
  readonly option: string;
}

const REFUSED: readonly Refused[] = [
  { option: "destinationPrefix" },
  { prefix: "a/", option: "destinationPrefix" },
  { prefix: "a/", destinationPrefix: "a/b/", option: "destinationPrefix" },
  { prefix: "a/b/", destinationPrefix: "a/", option: "destinationPrefix" },
  { prefix: "a/", destinationPrefix: "", option: "destinationPrefix" },
  {
    prefix: "a/",
    target: (all) => all.namespace("a/"),
    destinationPrefix: "b/",
    option: "destinationPrefix",
  },
  {
    source: (all) => all.namespace("x/").namespace("y/"),
    target: (all) => monotonic(all.namespace("x/")),
    prefix: "a/",
    destinationPrefix: "y/",
    option: "destinationPrefix",
  },
  {
    source: (all) => monotonic(all).namespace("x/"),
    destinationPrefix: "x/y/",
    option: "destinationPrefix",
  },
  {
    prefix: "a/",
    destinationPrefix: "b/",
    checkpoint: "a/mirror",
    option: "checkpoint",
  },
];

for (const { option, source, target, ...given } of REFUSED) {
  const shown = Deno.inspect(given, { breakLength: Infinity });
  Deno.test(`mirror() within a cluster refuses ${shown}: ${option}`, async () => {
    const options = { checkpoint: "mirror", ...given };
    const from = source?.(client) ?? client;
    const to = target?.(client) ?? client;
    const error = await assertRejects(
      () => mirror(from, to, options),
      InvalidOptionError,
      "where source and target are one cluster",
    );
    assertEquals([error.method, error.option], ["mirror", option]);
    assertEquals(await client.get("mirror"), undefined);
  });
}

Deno.test("mirror() within a cluster copies one namespace to another", async () => {
  const from = client.namespace("from/");
  const to = monotonic(client.namespace("to/"));
  await from.put("a", "1");
  await using copy = await mirror(from, to, { checkpoint: "mirror" });
  const { header } = await from.put("b", "2");
  await copy.waitFor(header.revision);
  assertEquals((await client.get("to/b"))?.value.text(), "2");
});

/** A mirror to whom a minute is a moment. */
async function fastMirror(name: string): Promise<Mirroring> {
  const settings = mirrorSettings(client, client, {
    prefix: `${name}/from/`,
    destinationPrefix: `${name}/to/`,
    checkpoint: `${name}/mirror`,
    // Told of the source's revision without an event.
    heartbeat: { intervalMs: 50, timeoutMs: 5_000 },
  });
  const mirroring = new Mirroring(settings, {
    ...SYSTEM_CLOCK,
    now: () => SYSTEM_CLOCK.now() * FAST,
    hold: (ms, end) => SYSTEM_CLOCK.hold(Math.ceil(ms / FAST), end),
  });
  await mirroring.start();
  await mirroring.waitFor(1n);
  return mirroring;
}

Deno.test("A mirror at rest moves its checkpoint on, so that its history is there", async () => {
  await using copy = await fastMirror("rest");
  const { header } = await client.put("elsewhere", "1");
  const revisionAt = async () => {
    // It is compacted only up to the checkpoint.
    await client.put("elsewhere", "2");
    const found = await client.get("rest/mirror");
    return BigInt(found?.value.json<{ revision: string }>().revision ?? 0);
  };
  await waitFor(
    "a checkpoint that moves on",
    async () => await revisionAt() >= header.revision,
    { timeoutMs: 30_000 },
  );
  assertEquals(copy.progress.keys, 0);
});

Deno.test("A mirror at rest notices that another has taken its place", async () => {
  await using first = await fastMirror("place");
  await using second = await fastMirror("place");
  const error = await first.ended.catch((it) => it);
  assertEquals(error.code, "aborted");
  assert(second.state.kind === "following");
});
