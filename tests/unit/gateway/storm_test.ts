// Clients in crowds; the same with thousands are in
// `tests/matrix/gateway_storm_test.ts`.
import { connectStorm, resetStorm } from "./_storms.ts";

Deno.test("the gateway command outlives clients that reset at once", async () => {
  await resetStorm({ rounds: 2, open: 20 });
});

Deno.test("the gateway command has room for clients that come all at once", async () => {
  await connectStorm(800);
});
