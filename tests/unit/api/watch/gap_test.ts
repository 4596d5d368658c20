// A stream that ends before the watches know that it was opened.
import { assertEquals } from "@std/assert";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { FakeWatches } from "./_fake_watch.ts";

Deno.test("A stream that ends as it is opened leaves nothing that disturbs the next one", async () => {
  const fake = new FakeWatches();
  const watch = fake.facet.watch("k");
  fake.opener.last.end();
  await microtasks();
  await fake.reopen();
  fake.create(5n);
  assertEquals(watch.state.kind, "live");
  assertEquals(fake.creates.length, 1);
  await watch.close();
  assertEquals(fake.clock.pending, 0);
});
