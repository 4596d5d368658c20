#!/bin/sh
# HAProxy 2.6.12 (Debian bookworm, 2.6.12-1+deb12u3), `mode http`, HTTP/2 on both
# sides: it answers REFUSED_STREAM for requests that the server behind it has
# received in full and executed.
#
# A server reads a whole POST, counts it as executed, and then gives no answer,
# in one of four legal ways: it closes the connection, says GOAWAY before it
# does, or resets the stream with CANCEL or with INTERNAL_ERROR. In each case the
# client is told RST_STREAM with code 7. RFC 9113, 8.7, lets a client take that
# for "not processed" and send the request once more, also one that is not
# idempotent; gRPC clients do so on their own. Behind this proxy that executes it
# twice. The code of the server's own reset is lost on the way.
#
# Needs sh, apt-get and dpkg (no root), Debian's keyring, Node 18 or later; leaves
# nothing behind. Exit code 0: as described. 1: the behaviour has changed. 2: the
# packages could not be had.
#
# Output seen, Node 20.20.2:
#   HAProxy version 2.6.12-1+deb12u3
#   no proxy, server closes: HTTP/2 code 8, executed 1
#   closes: HTTP/2 code 7, executed 1
#   GOAWAY, then closes: HTTP/2 code 7, executed 1
#   resets with CANCEL (8): HTTP/2 code 7, executed 1
#   resets with INTERNAL_ERROR (2): HTTP/2 code 7, executed 1
#   as described
set -eu

version=2.6.12-1+deb12u3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/debs" "$work/lists/partial" "$work/cache/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main" \
  >"$work/sources.list"
cd "$work/debs"
get() {
  apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists" \
    -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}
{ get update && get download "haproxy=$version" liblua5.3-0 \
  libopentracing-c-wrapper0 libopentracing1 libpcre2-8-0 libssl3; } ||
  { echo "the packages could not be had"; exit 2; }
for package in *.deb; do dpkg -x "$package" "$work/root"; done
LD_LIBRARY_PATH=$(dirname "$(find "$work/root/usr/lib" -name 'liblua5.3.so.0')")
export LD_LIBRARY_PATH
"$work/root/usr/sbin/haproxy" -v | sed -n '1s/ 20.*//p'

cat >"$work/show.mjs" <<'PROGRAM'
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:http2";
import * as net from "node:net";

const [work] = process.argv.slice(2);
const HOST = "127.0.0.1";
const REFUSED_STREAM = 7;
const listening = (server, port = 0) =>
  new Promise((done) =>
    server.listen(port, HOST, () => done(server.address().port))
  );

let executed = 0;
let fail;
const sessions = new Set();
const server = createServer();
server.on("session", (session) => sessions.add(session));
server.on("stream", (stream) => {
  stream.on("error", () => {});
  stream.resume();
  stream.on("end", () => {
    executed++;
    fail(stream);
  });
});
const behind = await listening(server);

const reserve = net.createServer();
const port = await listening(reserve);
await new Promise((done) => reserve.close(done));
writeFileSync(
  `${work}/haproxy.cfg`,
  `
defaults
  mode http
  timeout connect 2s
  timeout client 20s
  timeout server 20s
frontend clients
  bind ${HOST}:${port} proto h2
  default_backend servers
backend servers
  server one ${HOST}:${behind} proto h2
`,
);
const proxy = spawn(`${work}/root/usr/sbin/haproxy`, [
  "-db",
  "-f",
  `${work}/haproxy.cfg`,
]);
const up = () =>
  new Promise((done) => {
    const socket = net.connect(port, HOST, () => socket.end());
    socket.on("error", () => done(false)).on("close", (bad) => done(!bad));
  });
while (!await up()) await new Promise((done) => setTimeout(done, 20));

/** One POST; gives the HTTP/2 code that its stream ended with. */
async function post(to) {
  const session = connect(`http://${HOST}:${to}`);
  session.on("error", () => {});
  const stream = session.request({ ":method": "POST", ":path": "/" });
  stream.on("error", () => {});
  stream.resume();
  stream.end("a whole request");
  await new Promise((done) => stream.on("close", done));
  session.destroy();
  return stream.rstCode;
}

const closes = ({ session }) => setImmediate(() => session.destroy());
const WAYS = {
  "closes": closes,
  "GOAWAY, then closes": (stream) => {
    stream.session.goaway(0);
    closes(stream);
  },
  "resets with CANCEL (8)": (stream) => stream.close(8),
  "resets with INTERNAL_ERROR (2)": (stream) => stream.close(2),
};
let same = true;
const tell = (way, code, wanted) => {
  console.log(`${way}: HTTP/2 code ${code}, executed ${executed}`);
  same &&= wanted(code) && executed === 1;
  executed = 0;
};
fail = closes;
const direct = await post(behind);
tell("no proxy, server closes", direct, (code) => code !== REFUSED_STREAM);
for (const [way, how] of Object.entries(WAYS)) {
  fail = how;
  tell(way, await post(port), (code) => code === REFUSED_STREAM);
}
console.log(same ? "as described" : "the behaviour has changed");
proxy.kill();
server.close();
for (const session of sessions) session.destroy();
process.exitCode = same ? 0 : 1;
PROGRAM
node "$work/show.mjs" "$work"
