// Endpoints as a user writes them.
import { assertEquals, assertThrows } from "@std/assert";
import { resolveSeeds } from "../../../../api/endpoints/_seeds.ts";
import { InvalidOptionError } from "../../../../errors/invalid_option_error.ts";

Deno.test("resolveSeeds() drops duplicates, whatever form they have", () => {
  const list = ["http://a:2379", "a", "A:2379", "http://a/", "b"];
  assertEquals(
    resolveSeeds(list, { tls: false, auth: false }).endpoints.map(({ url }) =>
      url
    ),
    ["http://a:2379", "http://b:2379"],
  );
  assertEquals(
    resolveSeeds("a", { tls: true, auth: false }).endpoints.map(({ url }) =>
      url
    ),
    [
      "https://a:2379",
    ],
  );
});

Deno.test("resolveSeeds() tells domains from endpoints", () => {
  const list = ["srv://Example.com", "a", "SRV://example.com/", "srv://b"];
  const { endpoints, domains } = resolveSeeds(list, {
    tls: false,
    auth: false,
  });
  assertEquals(endpoints.map(({ url }) => url), ["http://a:2379"]);
  assertEquals(domains, ["example.com", "b"]);
  for (
    const text of ["srv://", "srv://a:53", "srv://a/b", "srv:a", "srv://a b"]
  ) {
    assertThrows(
      () => resolveSeeds(text, { tls: false, auth: false }),
      InvalidOptionError,
    );
  }
});
