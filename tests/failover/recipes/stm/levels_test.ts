// The table in docs/recipes/stm.md: what each level of isolation lets happen, each
// cell on a real server, with the others at work between two steps.
import { assertEquals } from "@std/assert";
import { op, prefix } from "../../../../mod.ts";
import { type Isolation, stm, type Tx } from "../../../../recipes/mod.ts";
import { readPage } from "../../../unit/docs/_pages.ts";
import { other, startFaultyMember } from "../../_faulty_member.ts";
import { ISOLATIONS, newPrefix, textAt } from "../_faulty_subject.ts";

startFaultyMember();

/** What happened in a transaction that others were busy beside. */
interface Met {
  /** Whether a run has seen it, even one that was not done. */
  readonly seen: boolean;
  /** Whether it was done all the same. */
  readonly done: boolean;
}

/** Runs a transaction; `meanwhile` happens in its first run alone. */
type Run = (
  transact: (tx: Tx<string>, meanwhile: Meanwhile) => Promise<boolean>,
) => Promise<Met>;
type Meanwhile = (work: () => Promise<unknown>) => Promise<void>;

type Scene = (
  parts: {
    readonly run: Run;
    readonly at: string;
    readonly isolation: Isolation;
  },
) => Promise<Met>;

function runner(isolation: Isolation): Run {
  return async (transact) => {
    const results: ("met" | "not met")[] = [];
    const { attempts } = await stm(other, async (tx) => {
      const isFirst = results.length === 0;
      results.push("not met");
      const met = await transact(tx, async (work) => {
        if (isFirst) await work();
      });
      if (met) results[results.length - 1] = "met";
    }, { isolation });
    assertEquals(attempts, results.length);
    return { seen: results.includes("met"), done: results.at(-1) === "met" };
  };
}

const SCENES: Readonly<Record<string, Scene>> = {
  // Reads, another one writes, and writes over it what it made of the old value.
  async "lost update"({ run, at }) {
    await other.put(`${at}n`, "1");
    return await run(async (tx, meanwhile) => {
      const read = await tx.get(`${at}n`);
      await meanwhile(() => other.put(`${at}n`, "2"));
      tx.put(`${at}n`, `${read}+1`);
      return read !== await textAt(`${at}n`);
    });
  },
  // Two read both keys, and each writes the one that the other has only read.
  async "write skew"({ run, at, isolation }) {
    const both = [`${at}a`, `${at}b`] as const;
    await other.txn({ then: both.map((key) => op.put(key, "on duty")) });
    return await run(async (tx, meanwhile) => {
      const read = await Promise.all(both.map((key) => tx.get(key)));
      await meanwhile(() =>
        stm(other, async (tx2) => {
          await Promise.all(both.map((key) => tx2.get(key)));
          tx2.put(both[1], "off duty");
        }, { isolation })
      );
      if (read.includes("off duty")) return false;
      tx.put(both[0], "off duty");
      return await textAt(both[1]) === "off duty";
    });
  },
  // Reads a range, and a key comes into it.
  async "phantom"({ run, at }) {
    await other.put(`${at}jobs/1`, "");
    return await run(async (tx, meanwhile) => {
      const jobs = await tx.range(prefix(`${at}jobs/`));
      await meanwhile(() => other.put(`${at}jobs/2`, ""));
      tx.put(`${at}count`, String(jobs.length));
      const { count } = await other.range(prefix(`${at}jobs/`));
      return BigInt(jobs.length) !== count;
    });
  },
  // Two keys change together between the reads of both.
  async "inconsistent read"({ run, at }) {
    const write = (value: string) =>
      other.txn({
        then: [op.put(`${at}a`, value), op.put(`${at}b`, value)],
      });
    await write("1");
    return await run(async (tx, meanwhile) => {
      const a = await tx.get(`${at}a`);
      await meanwhile(() => write("2"));
      const b = await tx.get(`${at}b`);
      tx.put(`${at}sum`, `${a} ${b}`);
      return a !== b;
    });
  },
  // Writes a key that it has not read, and somebody else has just written.
  async "unread overwrite"({ run, at }) {
    await other.put(`${at}a`, "");
    return await run(async (tx, meanwhile) => {
      await tx.get(`${at}a`);
      let isFirst = false;
      await meanwhile(async () => {
        await other.put(`${at}b`, "another's");
        isFirst = true;
      });
      tx.put(`${at}b`, "mine");
      return isFirst;
    });
  },
  // Reads a key twice, and gets two values.
  async "changing read"({ run, at }) {
    await other.put(`${at}a`, "1");
    return await run(async (tx, meanwhile) => {
      const first = await tx.get(`${at}a`);
      await meanwhile(() => other.put(`${at}a`, "2"));
      tx.put(`${at}b`, "");
      return await tx.get(`${at}a`) !== first;
    });
  },
  // Reads what a run writes that has not been done.
  async "dirty read"({ run, at, isolation }) {
    const halfway = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const failing = stm(other, async (tx) => {
      tx.put(`${at}a`, "dirty");
      halfway.resolve();
      await goOn.promise;
      throw new Error("not done");
    }, { isolation });
    const settled = Promise.allSettled([failing]);
    await halfway.promise;
    const met = await run(async (tx) => {
      tx.put(`${at}b`, "");
      return await tx.get(`${at}a`) === "dirty";
    });
    goOn.resolve();
    await settled;
    assertEquals(await textAt(`${at}a`), undefined);
    return met;
  },
};

const NO: Met = { seen: false, done: false };
const YES: Met = { seen: true, done: true };
/** Seen by a run that was not done. */
const UNDONE: Met = { seen: true, done: false };

// The first run meets with the fault where it is made; whether its writes are
// done is what counts.
const HAPPENS: Readonly<Record<string, readonly Met[]>> = {
  "lost update": [UNDONE, UNDONE, UNDONE, YES],
  "write skew": [UNDONE, UNDONE, UNDONE, YES],
  "phantom": [UNDONE, UNDONE, YES, YES],
  "inconsistent read": [NO, NO, UNDONE, YES],
  "unread overwrite": [UNDONE, YES, YES, YES],
  "changing read": [NO, NO, NO, NO],
  "dirty read": [NO, NO, NO, NO],
};

for (const [name, scene] of Object.entries(SCENES)) {
  for (const [at, isolation] of ISOLATIONS.entries()) {
    const expected = HAPPENS[name]?.[at] ?? NO;
    const verb = expected.done ? "lets happen" : "does not let happen";
    Deno.test(`${isolation} ${verb}: ${name}`, async () => {
      const run = runner(isolation);
      assertEquals(await scene({ run, at: newPrefix(), isolation }), expected);
    });
  }
}

Deno.test("the table of docs/recipes/stm.md says what these tests show", async () => {
  const { prose } = await readPage("docs/recipes/stm.md");
  const text = [...prose.values()].join("\n");
  const rows = [...text.matchAll(/^\| (\w[\w ]+?) +\|(.+)\|$/gm)]
    .map(([, name = "", cells = ""]) =>
      [name, cells.split("|").map((cell) => cell.trim())] as const
    );
  for (const [name, expected] of Object.entries(HAPPENS)) {
    const cells = rows.find(([one]) => one === name)?.[1];
    const said = cells?.slice(0, ISOLATIONS.length)
      .map((cell) => cell.startsWith("yes"));
    assertEquals(said, expected.map(({ done }) => done), name);
  }
});

Deno.test("repeatableReads sees a mixture only in a run that is not done", async () => {
  const at = newPrefix();
  await other.put(`${at}a`, "1");
  await other.put(`${at}b`, "1");
  const seen: string[] = [];
  // Without a write, too: it is compared all the same.
  const { attempts } = await stm(other, async (tx) => {
    const a = await tx.get(`${at}a`);
    if (seen.length === 0) {
      await other.txn({
        then: [op.put(`${at}a`, "2"), op.put(`${at}b`, "2")],
      });
    }
    seen.push(`${a}${await tx.get(`${at}b`)}`);
  }, { isolation: "repeatableReads" });
  assertEquals([seen, attempts], [["12", "22"], 2]);
});

Deno.test("a key that leaves a range that was read is a conflict", async () => {
  for (const isolation of ISOLATIONS) {
    const at = newPrefix();
    await other.put(`${at}jobs/1`, "");
    let runs = 0;
    await stm(other, async (tx) => {
      await tx.range(prefix(`${at}jobs/`));
      if (++runs === 1) await other.delete(`${at}jobs/1`);
      tx.put(`${at}count`, "");
    }, { isolation });
    assertEquals(runs, isolation === "readCommitted" ? 1 : 2, isolation);
  }
});
