/** The runtime that `deno compile` puts a program into, where it can be had. */

const HOST = "https://dl.deno.land";
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Why there is none; `undefined` if there is one. Deno takes that of
 * `DENORT_BIN`, or the one it has fetched before; otherwise it will fetch it,
 * once, so all that is asked is whether its server answers.
 */
export async function whyNoDenort(): Promise<string | undefined> {
  if (Deno.env.get("DENORT_BIN") || await isCached()) return undefined;
  return await answers() ? undefined : `no denort: ${HOST} does not answer`;
}

async function isCached(): Promise<boolean> {
  const { denoDir } = JSON.parse(await deno("info", "--json"));
  const { version: { deno: version }, build: { target } } = Deno;
  const path = `${denoDir}/dl/release/v${version}/denort-${target}.zip`;
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Asked in a process of its own: tests may reach nothing but this machine. */
async function answers(): Promise<boolean> {
  const program = `
    const signal = AbortSignal.timeout(${PROBE_TIMEOUT_MS});
    const reached = await fetch("${HOST}/release-latest.txt", { signal })
      .then(({ ok }) => ok, () => false);
    console.log(reached);
    // A name that is still looked up would hold up the end.
    Deno.exit();`;
  return (await deno("eval", "--no-config", program)).trim() === "true";
}

async function deno(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: [...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(
      `Cannot run deno ${args[0]}: ${decoder.decode(stderr).trim()}`,
    );
  }
  return decoder.decode(stdout);
}
