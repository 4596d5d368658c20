// A wait for a connection without a call.
import { assertRejects, assertStrictEquals } from "@std/assert";
import { UnavailableError } from "../../../../errors/specific_errors.ts";
import { microtasks } from "../../balancers/transport/_fake_transport.ts";
import { subject } from "./_subject.ts";

Deno.test("RetryingCaller.ready() waits for a connection and makes no call", async () => {
  const made = subject("grpc1.7", "ab");
  const connecting = made.caller.ready({});
  await microtasks();
  made.network.at("b").up();
  await connecting;
  assertStrictEquals(made.network.at("b").inFlight, 0);
  await made.pool.close();
});

Deno.test("RetryingCaller.ready() fails with each endpoint's last error", async () => {
  const made = subject("grpc1.7", "a");
  const connecting = made.caller.ready({ timeoutMs: 10 });
  made.network.at("a").down("connection refused");
  await microtasks();
  made.poolClock.advance(10);
  await assertRejects(
    () => connecting,
    UnavailableError,
    "Cannot connect: no endpoint could be reached within 10 ms (unavailable): http://a:2379: connection refused",
  );
  await made.pool.close();
});
