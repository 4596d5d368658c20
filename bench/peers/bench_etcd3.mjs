// Peer measurement: npm etcd3 doing the same work as the benchmark (see ../README.md).
// EP=127.0.0.1:2379 OP=serget|linget|put|put1k|txn64|range1000|watch|watch1000|lease1000|connect N=10000 C=64
import { Etcd3 } from "etcd3";
import process from "node:process";
const EP = process.env.EP ?? "127.0.0.1:12379", N = +(process.env.N ?? 20000), C = +(process.env.C ?? 64), OP = process.env.OP ?? "serget";
const open = (grpcOptions = {}) => new Etcd3({ hosts: EP.split(",").map(e => "http://" + e), grpcOptions });
// Otherwise grpc-js gives a second client the connection that the first one has.
const OWN_CONNECTION = { "grpc.use_local_subchannel_pool": 1 };
const c = open();
const val = "v".repeat(256), val1k = "v".repeat(1024);
const own = "bench/u/" + crypto.randomUUID() + "/";
let unique = 0;
// A condition that always holds: the builder makes no transaction without one.
const txn = ops => c.if("bench/a", "Version", ">", -1).then(...ops).commit();
const gets = Array.from({ length: 64 }, () => c.get("bench/a"));
const puts = Array.from({ length: 64 }, (_, i) => c.put("bench/w/" + i).value(val));
const ops = {
  serget: () => c.get("bench/a").serializable(true).string(),
  linget: () => c.get("bench/a").string(),
  put: i => c.put("bench/k" + (i % 1000)).value(val).exec(),
  put1k: () => c.put(own + unique++).value(val1k).exec(),
  txn64: () => txn(gets),
  range1000: () => c.getAll().prefix("bench/r/").strings(),
  connect: async () => { const n = open(OWN_CONNECTION); await n.get("bench/a").string(); n.close(); },
};
function report(n, d, u, took) {
  const at = p => (took[Math.floor((n - 1) * p)] * 1000).toFixed(0);
  if (took) took.sort();
  console.log(`etcd3 ${OP} n=${n} c=${C} ${(n / d).toFixed(0)} op/s cpu ${((u.user + u.system) / n).toFixed(2)} us/op${took ? ` p50 ${at(.5)} us p99 ${at(.99)} us` : ""}`);
}
async function deliver(watchers, n, per, write) {
  let got = 0, done; const fin = new Promise(r => done = r);
  for (const w of watchers) w.on("put", () => { if (++got === n) done(); });
  const t0 = performance.now(), c0 = process.cpuUsage(); let i = 0;
  await Promise.all(Array.from({ length: 4 }, async () => { while (i++ < n / per) await write(); }));
  await fin;
  report(n, (performance.now() - t0) / 1000, process.cpuUsage(c0));
}
async function renewals() {
  const counts = await Promise.all(EP.split(",").map(async e => +/^etcd_debugging_lease_renewed_total (\S+)/m.exec(await (await fetch(`http://${e}/metrics`)).text())[1]));
  return counts.reduce((a, b) => a + b);
}
await c.get("bench/a").string();
if (OP === "watch") {
  await deliver([await c.watch().prefix("bench/w/").create()], Math.ceil(N / 64) * 64, 64, () => txn(puts));
} else if (OP === "watch1000") {
  const ws = await Promise.all(Array.from({ length: 1000 }, () => c.watch().key("bench/w1").create()));
  await deliver(ws, Math.ceil(N / 1000) * 1000, 1000, () => c.put("bench/w1").value(val).exec());
} else if (OP === "lease1000") {
  const leases = Array.from({ length: 1000 }, () => c.lease(3));
  await Promise.all(leases.map(async l => {
    const first = new Promise(r => l.once("keepaliveSucceeded", r));
    await l.grant();
    await first;
  }));
  await new Promise(r => setTimeout(r, 3000)); // warm-up
  const r0 = await renewals(), t0 = performance.now(), c0 = process.cpuUsage();
  await new Promise(r => setTimeout(r, 3000));
  const u = process.cpuUsage(c0), d = (performance.now() - t0) / 1000;
  report(await renewals() - r0, d, u);
} else {
  const took = new Float64Array(N);
  const run = async n => {
    let i = 0;
    await Promise.all(Array.from({ length: C }, async () => {
      while (i < n) { const k = i++, t = performance.now(); await ops[OP](k); took[k] = performance.now() - t; }
    }));
  };
  await run(N / 10);
  const t0 = performance.now(), c0 = process.cpuUsage(); await run(N);
  report(N, (performance.now() - t0) / 1000, process.cpuUsage(c0), took);
}
c.close(); process.exit(0);
