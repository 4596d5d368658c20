import type { Log } from "../log/mod.ts";
import { onAbort } from "../../balancers/transport/mod.ts";

/**
 * Tells systemd that the service is ready, where it asked for that and both
 * permissions are given: to read `NOTIFY_SOCKET`, and to run `systemd-notify`,
 * as Deno cannot send to a Unix datagram socket itself. The unit needs
 * `NotifyAccess=all`. The signal ends `systemd-notify`.
 */
export async function notifyReady(
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const variable = "NOTIFY_SOCKET";
  const permission = await Deno.permissions.query({ name: "env", variable });
  if (permission.state !== "granted" || !Deno.env.get(variable)) return;
  log("info", "notifying init daemon");
  try {
    const child = new Deno.Command("systemd-notify", {
      args: ["--ready"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const unlink = onAbort(signal, () => child.kill("SIGKILL"));
    const { success, stderr } = await child.output().finally(unlink);
    signal.throwIfAborted();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
    log("info", "successfully notified init daemon");
  } catch (error) {
    if (signal.aborted) return;
    // A gateway that works is worth more than a manager that knows.
    log("warn", "failed to notify init daemon", {
      error: (error as Error).message,
    });
  }
}
