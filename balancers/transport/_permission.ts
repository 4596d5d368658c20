import { deno, type DenoPermission } from "./_deno.ts";
import type { DownReason } from "./_contract.ts";
import type { Endpoint } from "./_endpoint.ts";

/**
 * The permission that a dial lacked, as the flag that gives it; nothing if the
 * dial has failed for another reason. Deno's message has the address that a name
 * was resolved to; Deno is then asked whether that address is denied.
 */
export function missingPermission(
  { target }: Pick<Endpoint, "target">,
  reason: string,
): string | undefined {
  const kind = target.slice(0, target.indexOf(":"));
  const place = target.slice(kind.length + 1);
  if (kind === "unix") {
    const names = (["read", "write"] as const)
      .filter((name) => !isGranted({ name, path: place }));
    return names.length === 0
      ? undefined
      : names.map((name) => `--allow-${name}=${place}`).join(" ");
  }
  const address = /access to "([^"\s]+)"/.exec(reason)?.[1];
  const hosts = new Set([
    // A name is looked up whatever the port.
    kind === "dns" ? place.replace(/:\d+$/, "") : place,
    ...(address === undefined ? [] : [address]),
  ]);
  const missing = [...hosts].filter((host) =>
    !isGranted({ name: "net", host })
  );
  return missing.length === 0 ? undefined : `--allow-net=${missing.join(",")}`;
}

/** Why an endpoint was not reached: for lack of a permission, or otherwise. */
export function unreachedReason(
  endpoint: Pick<Endpoint, "target">,
  reason: string,
): DownReason {
  const flag = missingPermission(endpoint, reason);
  return flag === undefined
    ? { kind: "other", reason }
    : { kind: "permission", reason, flag };
}

/** Whether an error is Deno's for what it does not permit. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && error.name === "NotCapable";
}

function isGranted(permission: DenoPermission): boolean {
  try {
    return (deno?.permissions.querySync(permission).state ?? "granted") ===
      "granted";
  } catch {
    // Deno cannot be asked about such a host: it was not denied.
    return true;
  }
}
