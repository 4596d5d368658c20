import { keepCrowd } from "../failover/_lease_crowd.ts";

// Of one member: a follower asks the leader about each renewal, some 1 000 a
// second, and these need more than 3 333.
Deno.test("100 000 leases outlive a cut, a stall of 5 s and a member's restart", async () => {
  await keepCrowd({ members: 1, leases: 100_000, ttlSeconds: 30 });
});
