// The storms of `tests/unit/gateway_storm_test.ts`, by the thousand.
import { resetStorm } from "../unit/_gateway_storms.ts";

Deno.test("gateway | 5 000 clients that reset at once", async () => {
  await resetStorm({ rounds: 25, open: 50 });
});
