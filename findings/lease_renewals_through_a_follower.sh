#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server 3.4.23-4+b4).
#
# A follower renews no lease itself: it asks the leader about each request on a
# LeaseKeepAlive stream, one after the other. It hardly matters how many requests
# are under way on the stream, and the follower renews several times fewer leases
# in a second than the leader does.
#
# A client that renews its leases every third of their TTL needs three times as
# many renewals in a second as it has leases, divided by the TTL in seconds.
# What it needs of the leader a follower may not give it: renewals come ever
# later, and with many leases some are lost though every member is well.
#
# Measured without a client library: gRPC by hand over node:http2, one stream,
# 100 leases in turn, 3 members on 127.0.0.1.
#
# Needs sh, apt-get and dpkg-deb (no root; the package is unpacked into a
# temporary folder, nothing is installed), Debian's keyring, and Node 18 or
# later; or ETCD, the path of another etcd to look at. Ends by itself, after two
# minutes at most. Exit code 0: as described, at least twice as many on the
# leader. 1: the behaviour has changed. 2: the package could not be had.
#
# Output seen, Node 20.20.2, 2 cores that had other work, too:
#   renewals per second on the leader:   44397
#   renewals per second on the follower: 4496
#   there, with one under way at a time: 3503
#   ratio: 9.9
#   as described
# With ETCD of another version: 3.5.16 137345, 5569, 3366; 3.6.16 103093, 4660,
# 3545; 3.7.3 113794, 4287, 3455.
set -eu

VERSION=3.4.23-4+b4
work=$(mktemp -d)
pids=
finish() {
  for one in $pids; do kill "$one" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

fetch() {
  # Directories of its own: so it works for any user, whatever the machine has.
  mkdir -p "$work/debs" "$work/lists/partial" "$work/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" \
    >"$work/sources.list"
  cd "$work/debs"
  get() {
    apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" \
      -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists" \
      -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
  }
  { get update && get download "etcd-server=$VERSION"; } \
    >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 2; }
  dpkg-deb -x ./*.deb "$work/root"
}
[ -n "${ETCD:-}" ] || fetch
etcd=${ETCD:-$work/root/usr/bin/etcd}
cd "$work"

# Six ports that nobody has now.
ports=$(node -e '
  const { createServer } = require("node:net");
  const servers = Array.from({ length: 6 }, () => createServer());
  let open = 0;
  for (const server of servers) {
    server.listen(0, "127.0.0.1", () => {
      if (++open < servers.length) return;
      console.log(servers.map((one) => one.address().port).join(" "));
      for (const one of servers) one.close();
    });
  }')
# shellcheck disable=SC2086
set -- $ports
cluster="m1=http://127.0.0.1:$4,m2=http://127.0.0.1:$5,m3=http://127.0.0.1:$6"
start() { # NAME CLIENT PEER
  "$etcd" --name "$1" --data-dir "$work/$1" \
    --listen-client-urls "http://127.0.0.1:$2" \
    --advertise-client-urls "http://127.0.0.1:$2" \
    --listen-peer-urls "http://127.0.0.1:$3" \
    --initial-advertise-peer-urls "http://127.0.0.1:$3" \
    --initial-cluster "$cluster" >"$work/$1.log" 2>&1 &
  pids="$pids $!"
}
start m1 "$1" "$4"
start m2 "$2" "$5"
start m3 "$3" "$6"

cat >"$work/show.mjs" <<'PROGRAM'
import { connect } from "node:http2";

const LEASES = 100;
const UNDER_WAY = 200;
const ROUNDS = 3;
const ROUND_MS = 2_000;
const LEAST_RATIO = 2;
setTimeout(() => {
  console.log("not done within 60 s");
  process.exit(1);
}, 60_000).unref();

/** A message of one field, the first, which is a number. */
function message(number) {
  const bytes = [8];
  let left = BigInt.asUintN(64, number);
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128);
  bytes.push(Number(left));
  return framed(bytes);
}

function framed(bytes) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, Buffer.from(bytes)]);
}

/** The fields of a message: numbers as bigint, the rest as bytes. */
function fields(bytes) {
  const found = new Map();
  let at = 0;
  const number = () => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(number());
    const value = number();
    if (tag & 7) {
      found.set(tag >> 3, bytes.subarray(at, at + Number(value)));
      at += Number(value);
    } else found.set(tag >> 3, value);
  }
  return found;
}

/** Opens a call; `onMessage` is given each answer. */
function open(session, path, onMessage) {
  const stream = session.request({
    ":method": "POST",
    ":path": `/etcdserverpb.${path}`,
    "content-type": "application/grpc",
    te: "trailers",
  });
  let rest = Buffer.alloc(0);
  stream.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const end = 5 + rest.readUInt32BE(1);
      if (rest.length < end) return;
      onMessage(fields(rest.subarray(5, end)));
      rest = rest.subarray(end);
    }
  });
  return stream;
}

function call(session, path, request) {
  return new Promise((resolve, reject) => {
    const stream = open(session, path, resolve);
    stream.on("error", reject);
    stream.on("close", () => reject(new Error(`${path}: no answer`)));
    stream.end(request);
  });
}

/** A member that answers and knows the leader. */
async function member(port) {
  for (;;) {
    const session = connect(`http://127.0.0.1:${port}`);
    try {
      await new Promise((resolve, reject) => {
        session.once("connect", resolve);
        session.once("error", reject);
      });
      session.on("error", () => {});
      const status = await call(session, "Maintenance/Status", framed([]));
      const leader = status.get(4) ?? 0n;
      const own = fields(status.get(1)).get(2);
      if (leader !== 0n) return { session, leads: leader === own };
    } catch {
      // Not yet.
    }
    session.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Renews leases on one stream for a time; resolves to how many in a second. */
function renewals(session, ids, underWay) {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = 0;
    const send = () => stream.write(message(ids[sent++ % ids.length]));
    const stream = open(session, "Lease/LeaseKeepAlive", (answer) => {
      if ((answer.get(3) ?? 0n) <= 0n) reject(new Error("a lease is gone"));
      answered++;
      send();
    });
    stream.on("error", reject);
    const begun = performance.now();
    setTimeout(() => {
      resolve(answered / (performance.now() - begun) * 1_000);
      stream.close();
    }, ROUND_MS);
    for (let first = 0; first < underWay; first++) send();
  });
}

const members = await Promise.all(process.argv.slice(2).map(member));
const leader = members.find(({ leads }) => leads);
const follower = members.find(({ leads }) => !leads);
const ids = [];
while (ids.length < LEASES) {
  const granted = await call(leader.session, "Lease/LeaseGrant", message(600n));
  ids.push(granted.get(2));
}
const rates = { leader: [], follower: [], single: [] };
for (let round = 0; round < ROUNDS; round++) {
  rates.leader.push(await renewals(leader.session, ids, UNDER_WAY));
  rates.follower.push(await renewals(follower.session, ids, UNDER_WAY));
  rates.single.push(await renewals(follower.session, ids, 1));
}
const middle = (all) => all.sort((one, other) => one - other)[1];
const [onLeader, onFollower] = [middle(rates.leader), middle(rates.follower)];
const single = middle(rates.single);
const ratio = onLeader / onFollower;
console.log(`renewals per second on the leader:   ${Math.round(onLeader)}`);
console.log(`renewals per second on the follower: ${Math.round(onFollower)}`);
console.log(`there, with one under way at a time: ${Math.round(single)}`);
console.log(`ratio: ${ratio.toFixed(1)}`);
const holds = ratio >= LEAST_RATIO;
console.log(holds ? "as described" : `CHANGED: less than ${LEAST_RATIO} times`);
process.exit(holds ? 0 : 1);
PROGRAM
node "$work/show.mjs" "$1" "$2" "$3"
