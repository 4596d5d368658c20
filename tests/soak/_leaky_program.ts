/** The program, with a leak: what it opens at each quiet point it keeps. */
import "./client/_timers.ts";
import { Client } from "../../mod.ts";
import type { ClientSettings } from "./_protocol.ts";
import { serve } from "./client/serve.ts";

const settings: ClientSettings = JSON.parse(Deno.args[0] ?? "{}");
const { seed: _, ...options } = settings;
// Where no collection finds it: what only a module's variable holds, and nobody
// reads again, may go before the end is judged.
const kept: unknown[] = [];
Object.assign(globalThis, { kept });

await serve(settings, async ({ client }) => {
  const second = new Client(options);
  await second.get("k");
  const watch = client.watch("k");
  await watch.ready;
  kept.push(second, watch, await client.lease.grant(60));
  // Far more than the client's own, some of which come and go.
  for (let timers = 0; timers < 20; timers++) {
    Deno.unrefTimer(setTimeout(() => {}, 600_000));
  }
});
