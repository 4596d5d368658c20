import { keepCrowd } from "../failover/_lease_crowd.ts";

Deno.test("100 000 leases outlive a cut, a stall of 5 s and a member's restart", async () => {
  await keepCrowd({ leases: 100_000, ttlSeconds: 30 });
});
