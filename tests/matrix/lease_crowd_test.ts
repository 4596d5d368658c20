import { keepCrowd } from "../failover/lease/_crowd.ts";

// Of one member: a follower asks the leader about each renewal, 1 000 to 5 000
// a second, and these want 10 000.
Deno.test("100 000 leases outlive a cut, a stall of 5 s and a member's restart", async () => {
  await keepCrowd({ members: 1, leases: 100_000, ttlSeconds: 30 });
});
