// Observing an election on streams that a test plays.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/_clock.ts";
import { ElectionFacet } from "../../../../api/server_locks/election.ts";
import { ClientClosedError, type KeyValue } from "../../../../mod.ts";
import type { Caller } from "../../../../api/call/caller.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import type {
  LeaderRequestInit,
  LeaderResponseInit,
} from "../../../../proto/gen/messages.ts";
import { fromBigInt } from "../../../../proto/int64.ts";
import { waitFor } from "../../../harness/mod.ts";
import { FakeOpener } from "../stream/_fake_opener.ts";

const utf8 = new TextEncoder();

type Opener = FakeOpener<LeaderRequestInit, LeaderResponseInit>;

/** An observation, and the values it has told. */
function observing(signal?: AbortSignal) {
  const opener: Opener = new FakeOpener("v3electionpb.LeaderResponse");
  const facet = new ElectionFacet({} as Caller, {
    opener: opener.opener,
    clock: SYSTEM_CLOCK,
  });
  const values: string[] = [];
  const read = async (leaders: AsyncIterable<KeyValue>) => {
    for await (const { value } of leaders) values.push(value.text());
  };
  const reading = read(facet.observe("n", { signal }));
  reading.catch(() => {});
  return { opener, values, reading };
}

function tell(opener: Opener, value: string, revision: bigint, key = "n/1") {
  opener.last.reply({
    kv: {
      key: utf8.encode(key),
      value: utf8.encode(value),
      createRevision: fromBigInt(1n),
      modRevision: fromBigInt(revision),
    },
  });
}

async function opened(opener: Opener, streams: number): Promise<void> {
  await waitFor("a stream", () => opener.streams.length === streams, {
    intervalMs: 1,
  });
}

Deno.test("observe() goes on with another stream and tells nothing twice", async () => {
  const abort = new AbortController();
  const { opener, values, reading } = observing(abort.signal);
  await opened(opener, 1);
  assert(opener.last.settings.requireLeader);
  assertEquals(opener.last.sent.map(({ name }) => name), [utf8.encode("n")]);
  tell(opener, "a", 5n);
  tell(opener, "b", 6n);
  await waitFor("two", () => values.length === 2);
  const { endpoint } = opener.last;
  opener.last.end();
  await opened(opener, 2);
  assertEquals(opener.last.settings.avoid, endpoint);
  tell(opener, "b", 6n);
  // A later leader, whose key may well be older than the last value.
  tell(opener, "c", 4n, "n/2");
  await waitFor("three", () => values.length === 3);
  for (let ends = 0; ends < 3; ends++) {
    opener.last.end();
    await opened(opener, 3 + ends);
  }
  tell(opener, "c", 4n, "n/2");
  tell(opener, "d", 9n, "n/2");
  await waitFor("four", () => values.length === 4);
  assertEquals(values, ["a", "b", "c", "d"]);
  abort.abort("enough");
  assertEquals(await assertRejects(() => reading), "enough");
  assertEquals(opener.streams.filter(({ live }) => live), []);
});

Deno.test("observe() tells what has come before its stream's end first", async () => {
  const { opener, values, reading } = observing();
  await opened(opener, 1);
  tell(opener, "a", 5n);
  tell(opener, "b", 6n);
  opener.last.end(createError("Cannot observe: no", {
    code: "permission_denied",
  }));
  const error = await assertRejects(() => reading);
  assertEquals((error as { code?: string }).code, "permission_denied");
  assertEquals(values, ["a", "b"]);
});

Deno.test("observe() ends with its client, or with its signal while it waits", async () => {
  const { opener, reading } = observing();
  await opened(opener, 1);
  opener.refusal = new ClientClosedError("Cannot observe: closed", {
    code: "client_closed",
  });
  opener.last.end();
  await assertRejects(() => reading, ClientClosedError);
  const abort = new AbortController();
  const second = observing(abort.signal);
  await opened(second.opener, 1);
  second.opener.held = true;
  second.opener.last.end();
  await waitFor("a wait", () => !second.opener.last.live);
  abort.abort("enough");
  assertEquals(await assertRejects(() => second.reading), "enough");
  second.opener.release();
  const third = observing(abort.signal);
  assertEquals(await assertRejects(() => third.reading), "enough");
  assertEquals(third.opener.streams.length, 0);
});

Deno.test("observe() keeps the newest of what nobody has read", async () => {
  const opener: Opener = new FakeOpener("v3electionpb.LeaderResponse");
  const facet = new ElectionFacet({} as Caller, {
    opener: opener.opener,
    clock: SYSTEM_CLOCK,
  });
  const leaders = facet.observe("n");
  const first = leaders.next();
  await opened(opener, 1);
  tell(opener, "first", 2n);
  await first;
  for (let at = 0; at < 2_000; at++) tell(opener, `${at}`, BigInt(3 + at));
  const { value } = await leaders.next();
  assertEquals((value as KeyValue).value.text(), "1000");
  await leaders.return?.();
  assert(opener.last.canceled);
});
