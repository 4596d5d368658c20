// What a listener to a watch's states may do meanwhile.
import { assert, assertEquals } from "@std/assert";
import type { WatchState } from "../../../../mod.ts";
import { createError } from "../../../../errors/specific_errors.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { closed, FakeWatches } from "./_fake_watch.ts";

Deno.test("A listener may start and close watches when it is told of a loss", async () => {
  const fake = new FakeWatches();
  const started: unknown[] = [];
  const again = (state: WatchState) => {
    if (state.kind !== "reconnecting") return;
    started.push(fake.facet.watch("k", { heartbeat: false }));
    second.close();
  };
  const first = await fake.created(5n, { onStateChange: again });
  const second = await fake.created(5n);
  await fake.drop();
  assertEquals(started.length, 1);
  assertEquals(second.state.kind, "closed");
  // One stream, with those two that are left.
  assertEquals(fake.opener.streams.length, 2);
  assertEquals(fake.creates.map(({ start }) => start), [5n, 0n]);
  assert(first.state.kind === "reconnecting");
  fake.facet.close(closed);
});

Deno.test("A listener may start a watch when it is told of the last one's end", async () => {
  const fake = new FakeWatches();
  let next: { readonly ready: Promise<unknown> } | undefined;
  await fake.created(5n, {
    onStateChange: ({ kind }) => {
      if (kind === "closed") {
        next = fake.facet.watch("k", { heartbeat: false });
      }
    },
  });
  fake.opener.last.end(
    createError("Cannot watch: denied", { code: "permission_denied" }),
  );
  await microtasks();
  assertEquals(fake.opener.streams.length, 2);
  fake.create(7n);
  await next?.ready;
  fake.facet.close(closed);
});
