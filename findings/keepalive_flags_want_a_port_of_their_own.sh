#!/bin/sh
# etcd 3.5.16 (Debian trixie: etcd-server 3.5.16-4).
#
# --grpc-keepalive-interval and --grpc-keepalive-min-time have no effect on the
# usual TLS port. There gRPC and HTTP share the port, and the connection belongs to
# the HTTP server of Go, which knows nothing of these flags: it pings no client, and
# lets clients ping as often as they like. Without TLS both flags do what they say,
# and over TLS they do from the moment when --listen-client-http-urls gives HTTP a
# port of its own. Nothing is logged, and `etcd --help` does not say it.
#
# So over TLS, which is what is in production, etcd does not notice a client that
# went away without a word: its watches, and its place in the line of the lock
# service, stay for as long as TCP takes. And a client that pings too often has its
# connections closed (too_many_pings) as soon as it is tried without TLS, or the
# ports are separated.
#
# Three times the same server with an interval of 2 s and a least time of 5 s. One
# connection watches and says nothing more, another one pings every second.
#
# Needs sh, apt-get and dpkg-deb (no root; the package is unpacked into a temporary
# folder, nothing is installed), Debian's keyring, Node 18 or later, and three free
# ports from PORT on; or ETCD, the path of another etcd to look at. Exit code 0: as
# described. 1: the behaviour has changed. 2: the package could not be had.
#
# Output seen:
#   without TLS: the server pings, a client that does is told too_many_pings
#   with TLS: the server does not ping, a client that does is told nothing
#   with TLS, HTTP elsewhere: the server pings, a client that does is told too_many_pings
#   as described
# The same with ETCD of 3.6.16 and 3.7.3; 3.4.23 has the first two.
set -eu

VERSION=3.5.16-4
PORT=${PORT:-23860}
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
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main" \
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

cat >show.mjs <<'PROGRAM'
import { connect } from "node:http2";

const QUIET_MS = 8_000;
const ENHANCE_YOUR_CALM = 11;
const url = process.argv[2];
const after = (ms) => new Promise((done) => setTimeout(done, ms));
// The server's own certificate: nobody is asked who it is.
const options = { rejectUnauthorized: false };

async function open() {
  for (let tries = 0; tries < 300; tries++) {
    const session = connect(url, options);
    const open = await new Promise((done) => {
      session.once("remoteSettings", () => done(true));
      session.once("error", () => done(false));
    });
    if (open) return session.on("error", () => {});
    await after(100);
  }
  throw new Error("etcd does not serve");
}

/** A watch of the key "a", without which there would be nothing to keep alive. */
function watch(session) {
  const stream = session.request({
    ":method": "POST",
    ":path": "/etcdserverpb.Watch/Watch",
    "content-type": "application/grpc",
    te: "trailers",
  });
  stream.on("error", () => {});
  stream.write(Buffer.from([0, 0, 0, 0, 5, 10, 3, 10, 1, 97]));
  return new Promise((answered) => stream.once("data", answered));
}

const quiet = await open();
let pings = 0;
quiet.on("ping", () => pings++);
await watch(quiet);
const busy = await open();
let told = "nothing";
busy.on("goaway", (code, _last, text) => {
  told = code === ENHANCE_YOUR_CALM ? String(text) : `GOAWAY ${code}`;
});
await watch(busy);
for (const end = Date.now() + QUIET_MS; Date.now() < end; await after(1_000)) {
  if (!busy.closed && !busy.destroyed) busy.ping(() => {});
}
const does = pings > 0 ? "pings" : "does not ping";
console.log(`the server ${does}, a client that does is told ${told}`);
process.exit();
PROGRAM

client=127.0.0.1:$PORT
peer=http://127.0.0.1:$((PORT + 1))
serve() { # URL, and more of etcd's flags
  url=$1
  shift
  rm -rf data
  "$etcd" --data-dir data --grpc-keepalive-interval 2s --grpc-keepalive-min-time 5s \
    --listen-client-urls "$url" --advertise-client-urls "$url" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
    --initial-cluster "default=$peer" "$@" >etcd.log 2>&1 &
  pid=$!
  node show.mjs "$url" || { cat etcd.log; exit 1; }
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
}
{
  printf 'without TLS: ' && serve "http://$client"
  printf 'with TLS: ' && serve "https://$client" --auto-tls
  if "$etcd" --help 2>&1 | grep -q -e --listen-client-http-urls; then
    printf 'with TLS, HTTP elsewhere: ' && serve "https://$client" --auto-tls \
      --listen-client-http-urls "https://127.0.0.1:$((PORT + 2))"
  fi
} | tee told

cat >expected <<'EXPECTED'
without TLS: the server pings, a client that does is told too_many_pings
with TLS: the server does not ping, a client that does is told nothing
with TLS, HTTP elsewhere: the server pings, a client that does is told too_many_pings
EXPECTED
head -n "$(wc -l <told)" expected | cmp -s told - ||
  { echo "the behaviour has changed"; exit 1; }
echo "as described"
