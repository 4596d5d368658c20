#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server 3.4.23-4+b4).
#
# A key of a lease goes when the lease has run out, within a second or so: with one
# lease. Many that run out together do not. The leader revokes 1 000 leases in a
# second and no more, however idle it is, and no flag changes that. When a host or a
# whole site with 20 000 sessions is lost, the last of their locks, registrations and
# leaderships are given up 20 s after their time, and until then they are read, and
# waited for, as if their holders lived.
#
# Measured without a client library: gRPC by hand over node:http2, one member on
# 127.0.0.1. Leases of 20 s with a key each; all are renewed once, on one stream, so
# that they run out together.
#
# Needs sh, apt-get and dpkg-deb (no root; the package is unpacked into a temporary
# folder, nothing is installed), Debian's keyring, Node 18 or later, and two free
# ports from PORT on; or ETCD, the path of another etcd to look at. Exit code 0: as
# described, at least 4 s. 1: the behaviour has changed. 2: the package could not be
# had.
#
# Output seen, Node 20.20.2, 2 cores that had other work, too:
#   8000 leases of 20 s, renewed within 0.6 s
#   their keys went between -0.2 s and 7.3 s after the time of the last one
#   as described
# The same with ETCD of 3.5.16, 3.6.16 and 3.7.3.
set -eu

VERSION=3.4.23-4+b4
PORT=${PORT:-23910}
work=$(mktemp -d)
pid=
finish() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; fi
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
client=http://127.0.0.1:$PORT
peer=http://127.0.0.1:$((PORT + 1))
"$etcd" --data-dir data --listen-client-urls "$client" \
  --advertise-client-urls "$client" --listen-peer-urls "$peer" \
  --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" \
  >etcd.log 2>&1 &
pid=$!

cat >show.mjs <<'PROGRAM'
import { connect } from "node:http2";

const LEASES = 8_000;
const TTL_SECONDS = 20;
const AT_ONCE = 64;
const LEAST_MS = 4_000;
const after = (ms) => new Promise((done) => setTimeout(done, ms));

/** Fields of a message: numbers as bigint, text and bytes as they are. */
function message(fields) {
  const bytes = [];
  const number = (value) => {
    for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128);
    bytes.push(Number(value));
  };
  for (const [field, value] of Object.entries(fields)) {
    const tag = BigInt(field) << 3n;
    if (typeof value === "bigint") {
      number(tag);
      number(value);
    } else {
      number(tag | 2n);
      number(BigInt(value.length));
      bytes.push(...Buffer.from(value));
    }
  }
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, Buffer.from(bytes)]);
}

/** The numbers of a message, by field. */
function numbers(bytes) {
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
    if (tag & 7) at += Number(value);
    else found.set(tag >> 3, value);
  }
  return found;
}

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
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      onMessage(numbers(rest.subarray(5, end)));
      rest = rest.subarray(end);
    }
  });
  return stream;
}

function call(session, path, fields) {
  return new Promise((resolve, reject) => {
    const stream = open(session, path, resolve);
    stream.on("error", reject);
    stream.on("close", () => reject(new Error(`${path}: no answer`)));
    stream.end(message(fields));
  });
}

async function served(url) {
  for (let tries = 0;; tries++) {
    const session = connect(url);
    session.on("error", () => {});
    try {
      await call(session, "KV/Range", { 1: "ready" });
      return session;
    } catch (error) {
      if (tries > 300) throw error;
      session.destroy();
      await after(100);
    }
  }
}

const session = await served(process.argv[2]);
const COUNT = 4;
// Keys from "key" to "kez": how many there are.
const count = async () => {
  const range = { 1: "key", 2: "kez", 9: 1n };
  return Number((await call(session, "KV/Range", range)).get(COUNT) ?? 0n);
};

const ids = [];
async function grant() {
  while (ids.length < LEASES) {
    const at = ids.push(0n) - 1;
    const answer = await call(session, "Lease/LeaseGrant", {
      1: BigInt(TTL_SECONDS),
    });
    ids[at] = answer.get(2);
    await call(session, "KV/Put", { 1: `key${at}`, 2: "value", 3: ids[at] });
  }
}
const renewals = (onAnswer) => open(session, "Lease/LeaseKeepAlive", onAnswer);
// Those granted first must not run out before the last ones are granted.
const kept = setInterval(() => {
  const stream = renewals(() => {});
  for (const id of ids) if (id !== 0n) stream.write(message({ 1: id }));
  stream.end();
}, TTL_SECONDS * 250);
await Promise.all(Array.from({ length: AT_ONCE }, grant));
clearInterval(kept);
await after(1_000);

const begun = performance.now();
await new Promise((all) => {
  let answers = 0;
  const stream = renewals(() => {
    if (++answers === LEASES) all();
  });
  for (const id of ids) stream.write(message({ 1: id }));
});
const renewed = performance.now();
const seconds = (ms) => (ms / 1_000).toFixed(1);
console.log(
  `${LEASES} leases of ${TTL_SECONDS} s, renewed within ${seconds(renewed - begun)} s`,
);
const due = renewed + TTL_SECONDS * 1_000;
let first;
for (;;) {
  const left = await count();
  if (left < LEASES) first ??= performance.now() - due;
  if (left === 0) break;
  await after(100);
}
const last = performance.now() - due;
console.log(
  `their keys went between ${seconds(first)} s and ${seconds(last)} s after the time of the last one`,
);
process.exit(last - first >= LEAST_MS ? 0 : 1);
PROGRAM
node show.mjs "$client" || { echo "the behaviour has changed"; exit 1; }
echo "as described"
