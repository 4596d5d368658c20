import { Client, type ClientEvent, type Watch } from "../../mod.ts";

/** A kine, or what answers like one. */
export interface KineLike {
  readonly endpoint: string;
  /** Ends all connections to it. */
  cut(): Promise<unknown>;
}

/** What the client makes of kine's ways, each under a name. */
export interface KineCheck {
  readonly title: string;
  run(kine: KineLike): Promise<void>;
}

let serial = 0;

/** A key that nothing else uses. */
export function fresh(): string {
  serial++;
  return `kine${serial}/`;
}

/** A client of it, and what it tells. */
export function connect(
  kine: KineLike,
): { readonly client: Client; readonly events: readonly ClientEvent[] } {
  const events: ClientEvent[] = [];
  const client = new Client({
    endpoints: kine.endpoint,
    onEvent: (event) => events.push(event),
  });
  return { client, events };
}

/** What a watch delivers, in words. */
export function follow(watch: Watch): string[] {
  const seen: string[] = [];
  (async () => {
    for await (const { type, kv, prevKv } of watch.events()) {
      const before = prevKv === undefined ? "" : ` (${prevKv.value.text()})`;
      seen.push(`${type} ${kv.value.text()}${before}`);
    }
  })().catch((error) => seen.push(String(error)));
  return seen;
}

/** What comes first. */
export async function first(watch: Watch): Promise<unknown> {
  for await (const batch of watch) return batch;
  return undefined;
}
