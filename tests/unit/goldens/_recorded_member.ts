import { freePorts } from "../../harness/_ports.ts";
import { DEADLINE_MS } from "./_recorder.ts";

/** A member on free ports, gone with its data when disposed. */
export async function startEtcd(
  directory: string,
): Promise<{ readonly endpoint: string } & AsyncDisposable> {
  const [clientPort, peerPort] = await freePorts(2);
  const endpoint = `127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const data = await Deno.makeTempDir({ prefix: "etcdeno-golden-" });
  const member = new Deno.Command(`${directory}/etcd`, {
    args: [
      "--name=golden",
      `--data-dir=${data}/member`,
      `--listen-client-urls=http://${endpoint}`,
      `--advertise-client-urls=http://${endpoint}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=golden=${peer}`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  await waitUntilHealthy(endpoint);
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      member.kill("SIGTERM");
      await member.status;
      await Deno.remove(data, { recursive: true });
    },
  };
}

async function waitUntilHealthy(endpoint: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      const reply = await fetch(`http://${endpoint}/health`);
      if ((await reply.text()).includes("true")) return;
    } catch (error) {
      // Not listening yet is what we wait out.
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
