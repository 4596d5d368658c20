// What people put in the wrong place, and must not find in a log.
import { assertFalse, assertThrows } from "@std/assert";
import {
  Client,
  type ClientOptions,
  InvalidOptionError,
} from "../../../../mod.ts";

const SECRET = "hunter2";

Deno.test("Client shows no secret that is in the wrong place", () => {
  const misplaced: readonly object[] = [
    { password: SECRET },
    { auth: `root:${SECRET}` },
    { tls: { privateKey: SECRET } },
    { tls: { cert: SECRET, key: SECRET } },
  ];
  for (const options of misplaced) {
    const given = { endpoints: "http://a:2379", ...options } as ClientOptions;
    const error = assertThrows(() => new Client(given), InvalidOptionError);
    assertFalse(Deno.inspect(error).includes(SECRET), error.message);
  }
});
