// `package.json` of the npm package, without packing it.
import { assertEquals, assertThrows } from "@std/assert";
import config from "../../../../deno.json" with { type: "json" };
import { ENTRIES, manifest } from "../../../../tools/npm/_manifest.ts";

Deno.test("manifest() takes its version and ranges from deno.json, and leaves grpc-js to those who want it", () => {
  const { version, dependencies, peerDependencies, peerDependenciesMeta } = JSON
    .parse(manifest(new Set(["tinyqueue", "@grpc/grpc-js"])));
  assertEquals(version, config.version);
  assertEquals(dependencies, { tinyqueue: "^3.0.0" });
  assertEquals(Object.keys(peerDependencies), ["@grpc/grpc-js"]);
  assertEquals(peerDependenciesMeta, { "@grpc/grpc-js": { optional: true } });
});

Deno.test("manifest() has no package that deno.json does not know", () => {
  assertThrows(() => manifest(new Set(["left-pad"])), Error, "left-pad");
});

Deno.test("manifest() names a repository where it is told one", () => {
  const packages = new Set<string>();
  const { repository: none } = JSON.parse(manifest(packages));
  assertEquals(none, undefined);
  const { repository } = JSON.parse(
    manifest(packages, { repository: "owner/name" }),
  );
  assertEquals(repository.url, "git+https://github.com/owner/name.git");
});

Deno.test("the npm package has every entry of deno.json but those of the gateway", () => {
  assertEquals(
    [...ENTRIES.keys()],
    Object.keys(config.exports).filter((name) => !name.includes("gateway")),
  );
});
