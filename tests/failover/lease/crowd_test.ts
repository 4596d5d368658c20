// Many leases of one client; ten times as many in tests/matrix.
import { keepCrowd } from "./_crowd.ts";

Deno.test("10 000 leases outlive a cut, a stall of 5 s and a member's restart", async () => {
  await keepCrowd({ members: 1, leases: 10_000, ttlSeconds: 24 });
});
