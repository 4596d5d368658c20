import { ROOT, RUN } from "../unit/support/_program.ts";
import type { Runtime } from "../harness/programs/runtimes.ts";
import type { Ask, Plan, Told } from "./conformance/_check.ts";
import type { Servers } from "./_cluster.ts";

const LIMIT_MS = 180_000;
// What it may take to see that there is nothing left to do.
const END_MS = 5_000;
const PROGRAM = new URL("tests/runtimes/conformance/main.ts", ROOT).pathname;

/** A run of the conformance program. */
export interface Outcome {
  /** A word about each check that was made. */
  readonly told: ReadonlyMap<string, Told>;
  /** Its end, as it should be or not, in words. */
  readonly ended: "by itself" | (string & Record<never, never>);
}

/** Runs the conformance program on a runtime, and serves what it asks for. */
export async function runConformance(
  { runtime, folder, servers, plan }: {
    readonly runtime: Runtime;
    /** Where the package is installed; Deno takes the sources. */
    readonly folder?: string;
    readonly servers: Servers;
    readonly plan: Pick<Plan, "checks" | "transport">;
  },
): Promise<Outcome> {
  await using control = serveControl(servers);
  const file = await Deno.makeTempFile({ prefix: "plan-", suffix: ".json" });
  const { endpoint } = control;
  await Deno.writeTextFile(
    file,
    JSON.stringify({ ...servers.plan, ...plan, control: endpoint }),
  );
  try {
    const command = folder === undefined
      ? [runtime.path, ...RUN, "--allow-all", PROGRAM, file]
      : [runtime.path, `${folder}/conformance/main.js`, file];
    return await outcomeOf(command, plan.checks.length);
  } finally {
    await Deno.remove(file);
  }
}

interface Control extends AsyncDisposable {
  readonly endpoint: string;
}

/** Takes requests such as "kill the first member". */
function serveControl(servers: Servers): Control {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      try {
        await servers.serve(await request.json() as Ask);
        return new Response("done");
      } catch (error) {
        return new Response(`${error}`, { status: 500 });
      }
    },
  );
  return {
    endpoint: `http://127.0.0.1:${server.addr.port}/`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}

/** Runs a program to its end; kills it if there is none in time. */
async function outcomeOf(
  command: readonly string[],
  count: number,
): Promise<Outcome> {
  // The shell starts it, as for every program that the harness has found.
  const child = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@"', ...command],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let why = "";
  const kill = (words: string) => () => {
    why = words;
    child.kill("SIGKILL");
  };
  const timers = [setTimeout(kill(`not done in ${LIMIT_MS} ms`), LIMIT_MS)];
  const told = new Map<string, Told>();
  const words = new Response(child.stderr).text();
  try {
    for await (const line of lines(child.stdout)) {
      const one = JSON.parse(line) as Told;
      told.set(one.title, one);
      if (told.size === count) {
        const state = `still there ${END_MS} ms after its last check`;
        timers.push(setTimeout(kill(state), END_MS));
      }
    }
    const { code } = await child.status;
    const errors = (await words).trim();
    if (why !== "") return { told, ended: `${why} ${errors}` };
    return {
      told,
      ended: code === 0 ? "by itself" : `exit code ${code} ${errors}`,
    };
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

async function* lines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = `${rest}${text}`.split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
