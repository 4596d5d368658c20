import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { SYSTEM_CLOCK } from "../../../../balancers/transport/_clock.ts";
import { waitFor } from "../../../harness/mod.ts";

Deno.test("SYSTEM_CLOCK takes a time that is over for now, and waits no longer than a timer can", async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on("warning", onWarning);
  const done: string[] = [];
  const cancels = (["schedule", "hold"] as const).flatMap((method) =>
    [-60_000, 2 ** 31, Infinity].map((ms) =>
      SYSTEM_CLOCK[method](ms, () => done.push(`${method} ${ms}`))
    )
  );
  await waitFor("both", () => done.length >= 2);
  SYSTEM_CLOCK.schedule(20, () => done.push("later"));
  await waitFor("what was scheduled later", () => done.includes("later"));
  assertEquals(done, ["schedule -60000", "hold -60000", "later"]);
  for (const cancel of cancels) cancel();
  process.off("warning", onWarning);
  assertEquals(warnings, []);
  assert(SYSTEM_CLOCK.now() > 0);
});
