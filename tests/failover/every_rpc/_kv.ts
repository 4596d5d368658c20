import { assert, assertEquals, assertRejects } from "@std/assert";
import { compare, op, prefix } from "../../../mod.ts";
import { metricOf, type TestCluster } from "../../harness/mod.ts";
import { waitFor } from "../../harness/mod.ts";
import { type Checks, ctl, toldKey } from "./_check.ts";

/** Lists the keys below `list/`, which are there by then. */
const readList: Checks<"kv">["rangeStream"] = async ({ cluster, client }) => {
  for (const name of ["a", "b", "c"]) {
    await ctl(cluster, "put", `list/${name}`, name);
  }
  const keys: string[] = [];
  for await (const { key } of client.list(prefix("list/"), { pageSize: 1 })) {
    keys.push(key.text());
  }
  const told = await ctl(cluster, "get", "--prefix", "--keys-only", "list/");
  assertEquals(keys, told);
};

/** The service of keys. */
export const KV_CHECKS: Checks<"kv"> = {
  async put({ cluster, client }) {
    const { header } = await client.put("put", "by us");
    assertEquals(await ctl(cluster, "get", "put"), ["put", "by us"]);
    const told = await toldKey(cluster, "put");
    assertEquals(told?.modRevision, Number(header.revision));
  },

  async range({ cluster, client }) {
    await ctl(cluster, "put", "range", "first");
    await ctl(cluster, "put", "range", "by etcdctl");
    const { kvs: [kv], count } = await client.range("range");
    assert(kv);
    assertEquals([kv.value.text(), count], ["by etcdctl", 1n]);
    const told = await toldKey(cluster, "range");
    assertEquals(
      [told?.createRevision, told?.modRevision, told?.version],
      [kv.createRevision, kv.modRevision, kv.version].map(Number),
    );
  },

  rangeStream: readList,

  async deleteRange({ cluster, client }) {
    await ctl(cluster, "put", "delete/a", "1");
    await ctl(cluster, "put", "delete/b", "2");
    await ctl(cluster, "put", "delete0", "stays");
    assertEquals((await client.delete(prefix("delete/"))).deleted, 2n);
    assertEquals(
      await ctl(cluster, "get", "--prefix", "--keys-only", "delete"),
      ["delete0"],
    );
  },

  async txn({ cluster, client }) {
    await ctl(cluster, "put", "txn", "1");
    const change = async (from: string, to: string) =>
      (await client.txn({
        if: [compare.value("txn", "=", from)],
        then: [op.put("txn", to)],
        else: [op.put("txn/else", to)],
      })).succeeded;
    assertEquals([await change("1", "2"), await change("1", "3")], [
      true,
      false,
    ]);
    assertEquals(
      await ctl(cluster, "get", "--prefix", "txn"),
      ["txn", "2", "txn/else", "3"],
    );
  },

  async compact({ cluster, client }) {
    await ctl(cluster, "put", "compact", "1");
    const { header } = await client.range("compact");
    await ctl(cluster, "put", "compact", "2");
    const then = ["get", "compact", `--rev=${header.revision}`];
    assertEquals(await ctl(cluster, ...then), ["compact", "1"]);
    await client.kv.compact(header.revision + 1n, { physical: true });
    await assertRejects(() => ctl(cluster, ...then), Error, "compacted");
  },
};

function watchers({ members }: TestCluster): Promise<number> {
  return metricOf(members, "etcd_debugging_mvcc_watcher_total");
}

/** The service of watches. */
export const WATCH_CHECKS: Checks<"watch"> = {
  async watch({ cluster, client }) {
    const before = await watchers(cluster);
    const watch = client.watch("watched");
    await watch.ready;
    assertEquals(await watchers(cluster), before + 1);
    await ctl(cluster, "put", "watched", "by etcdctl");
    for await (const { type, kv } of watch.events()) {
      assertEquals([type, kv.value.text()], ["put", "by etcdctl"]);
      const told = await toldKey(cluster, "watched");
      assertEquals(told?.modRevision, Number(kv.modRevision));
      break;
    }
    await watch.close();
    await waitFor(
      "the server to have forgotten the watch",
      async () => await watchers(cluster) === before,
    );
  },
};
