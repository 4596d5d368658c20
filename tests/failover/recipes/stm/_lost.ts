// A transaction whose writes meet with a fault, and what happens meanwhile.
import { op } from "../../../../mod.ts";
import {
  type DoubtPolicy,
  type Isolation,
  stm,
  type StmOptions,
  type StmResult,
  type Tx,
} from "../../../../recipes/mod.ts";
import { waitFor } from "../../../harness/mod.ts";
import { faultyClient, other } from "../../_faulty_member.ts";
import { newPrefix, number, pass, proxy, textAt } from "../_faulty_subject.ts";

export const RECEIPT: DoubtPolicy = { receipt: "receipts" };

export interface Lost {
  readonly doubt?: DoubtPolicy;
  readonly isolation?: Isolation;
  /** Whether the request is lost, or only the answer. */
  readonly what: "request" | "answer";
  /** Happens before the client hears of etcd again. */
  meanwhile?(): Promise<unknown>;
}

export type Change = (tx: Tx<number>, at: string) => Promise<unknown>;

/** Moves one from a to b. */
export const transfer: Change = async (tx, at) => {
  const [a = 0, b = 0] = await Promise.all([
    tx.get(`${at}a`),
    tx.get(`${at}b`),
  ]);
  tx.put(`${at}a`, a - 1);
  tx.put(`${at}b`, b + 1);
};

/** Writes b by a, which stays as it is. */
export const copy: Change = async (tx, at) => {
  tx.put(`${at}b`, await tx.get(`${at}a`) ?? 0);
};

/** Changes keys; the first writes meet with the fault. */
export async function changeWhile(
  at: string,
  change: Change,
  { what, meanwhile, ...options }: Lost & StmOptions,
): Promise<{ readonly result: StmResult<void>; readonly calls: number }> {
  await using client = faultyClient();
  await client.connect();
  const newest = async () => (await other.range(at)).header.revision;
  const before = await newest();
  let calls = 0;
  const changing = stm(client, async (tx) => {
    await change(tx, at);
    if (++calls > 1) return;
    const kind = what === "request" ? "blackhole" : "mute";
    await proxy().set({ kind });
  }, { ...options, codec: number });
  const settled = Promise.allSettled([changing]);
  try {
    const bytes = (await proxy().stats()).bytesFromClients;
    await waitFor(
      "the writes",
      async () =>
        what === "answer"
          ? await newest() > before
          : calls === 1 && (await proxy().stats()).bytesFromClients > bytes,
    );
    await meanwhile?.();
  } finally {
    await pass();
    await settled;
  }
  return { result: await changing, calls };
}

export async function start(): Promise<string> {
  const at = newPrefix();
  await other.txn({ then: [op.put(`${at}a`, "5"), op.put(`${at}b`, "5")] });
  return at;
}

export async function valuesAt(at: string): Promise<readonly unknown[]> {
  return [await textAt(`${at}a`), await textAt(`${at}b`)];
}
