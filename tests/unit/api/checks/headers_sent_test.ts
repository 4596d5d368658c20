// Headers of a call reach the server, whatever the method.
import { assert, assertEquals } from "@std/assert";
import { Client, type Lease } from "../../../../mod.ts";
import { SessionHandle } from "../../../../api/session/_handle.ts";
import { rpcs } from "../../../../proto/gen/rpcs.ts";
import { FakeServer } from "../../../harness/mod.ts";
import { FakeLeases } from "../lease/_fake_leases.ts";
import { publicMethods } from "./_public_methods.ts";

// They take a call's options and make no request of this server: an operation of
// a transaction, another member, and a lease or session that is none of its.
const ELSEWHERE = /^(op\.|member\(\)\.|Lease\.|Session\.)/;

/** Options that a method needs. */
const NEEDED: Readonly<Record<string, object>> = {
  "lock.lock": { lease: 1n },
  "election.campaign": { lease: 1n },
  "auth.users.add": { password: "p" },
};

Deno.test("Every method that takes headers sends them", async () => {
  await using server = await FakeServer.start();
  const got: unknown[] = [];
  for (const { path, kind } of Object.values(rpcs)) {
    if (kind === "unary") {
      server.handle(path, ({ headers }) => {
        got.push(headers["x-own"]);
        return new Uint8Array();
      });
      continue;
    }
    server.handleStream(path, async (stream) => {
      got.push(stream.headers["x-own"]);
      await stream.messages[Symbol.asyncIterator]().next();
    });
  }
  const { facet } = new FakeLeases();
  const lease: Lease = await facet.grant(9);
  await using client = new Client({ endpoints: server.endpoint });
  await client.connect();
  const parts = { lease, session: new SessionHandle(client, lease) };
  const silent: string[] = [];
  let sent = 0;
  for (const { name, call } of publicMethods(client, parts)) {
    if (ELSEWHERE.test(name)) continue;
    got.length = 0;
    const options = {
      headers: { "x-own": name },
      timeoutMs: 500,
      ...NEEDED[name],
    };
    if (await refusesHeaders(() => call(options as never))) continue;
    if (got.length === 0 || got.some((each) => each !== name)) {
      silent.push(`${name}: ${Deno.inspect(got)}`);
    }
    sent++;
  }
  assertEquals(silent, []);
  got.length = 0;
  await client.member(server.endpoint).status({ headers: { "x-own": "m" } });
  assertEquals(got, ["m"]);
  assert(sent > 30, `${sent}`);
  lease.orphan();
});

/** Makes a call and waits for its first answer; whether it takes no headers. */
async function refusesHeaders(call: () => unknown): Promise<boolean> {
  try {
    const made = call() as object;
    if (Symbol.asyncIterator in made) {
      await (made as AsyncIterable<unknown>)[Symbol.asyncIterator]().next();
    } else await made;
  } catch (error) {
    const { code, option } = error as { code?: string; option?: string };
    if (code === "invalid_option" && option === "headers") return true;
    if (code === "invalid_option") throw error;
  }
  return false;
}
