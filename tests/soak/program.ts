/**
 * The client under test in a process of its own, so that memory, sockets and
 * timers are its own: `--allow-net` is all that it needs.
 */
import "./client/_timers.ts";
import { serve } from "./client/serve.ts";

await serve(JSON.parse(Deno.args[0] ?? "{}"));
