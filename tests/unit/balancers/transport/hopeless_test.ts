// What no wait would mend: calls fail at once.
import { assertEquals } from "@std/assert";
import { hopeless } from "../../../../balancers/transport/mod.ts";
import type { EndpointView } from "../../../../balancers/view.ts";

const DOWN: EndpointView = {
  endpoint: "http://a:2379",
  state: "failing",
  inFlight: 0,
  lastError: "why",
};
const NO_PACKAGE = { ...DOWN, missingPackage: "@grpc/grpc-js" };
const NO_PERMISSION = { ...DOWN, missingPermission: "--allow-net=a" };

Deno.test("hopeless() names the package that every endpoint lacks", () => {
  const error = hopeless({
    views: [NO_PACKAGE, { ...NO_PACKAGE, endpoint: "http://b:2379" }],
  });
  assertEquals(error?.code, "missing_package");
  assertEquals(
    error?.message,
    "Cannot connect: @grpc/grpc-js is not installed, run npm install " +
      "@grpc/grpc-js (missing_package): http://a:2379: why; http://b:2379: why",
  );
});

Deno.test("hopeless() names the permission that every endpoint lacks", () => {
  const error = hopeless({ views: [NO_PERMISSION] });
  assertEquals(error?.code, "deno_permission");
});

Deno.test("hopeless() has hope where one endpoint lacks nothing, and does not count those that have left", () => {
  assertEquals(hopeless({ views: [] }), undefined);
  assertEquals(hopeless({ views: [NO_PACKAGE, DOWN] }), undefined);
  const left: EndpointView = { ...DOWN, state: "closed" };
  assertEquals(
    hopeless({ views: [NO_PACKAGE, left] })?.code,
    "missing_package",
  );
});
