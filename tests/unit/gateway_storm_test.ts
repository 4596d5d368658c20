// Clients in crowds; the same with thousands are in
// `tests/matrix/gateway_storm_test.ts`.
import { resetStorm } from "./_gateway_storms.ts";

Deno.test("the gateway command outlives clients that reset at once", async () => {
  await resetStorm({ rounds: 2, open: 20 });
});
