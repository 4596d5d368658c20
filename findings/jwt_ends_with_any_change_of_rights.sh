#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server 3.4.23-4+b4), with --auth-token jwt.
#
# A JWT is signed, says whose it is and when it expires, and needs no look-up: so one
# would expect it to be good until then, and hand it to a program as its credential.
# etcd's also carries the revision of its store of users and roles. A token of any
# other revision is refused, so one more role, or a right for somebody else, ends
# every JWT of the cluster at once, however long its ttl. The tokens of
# --auth-token simple, which are the less secure ones, go on.
#
# The refusal is INVALID_ARGUMENT (code 3), "revision of auth store is old", and not
# UNAUTHENTICATED as for a token that has expired: a client that asks for another
# token only on the latter never recovers. And who signs tokens elsewhere, with etcd's
# key, has to know the revision of the moment.
#
# Needs sh, apt-get and dpkg-deb (no root; the package is unpacked into a temporary
# folder, nothing is installed), Debian's keyring, Node 18 or later, and two free
# ports from PORT on; or ETCD, the path of another etcd to look at. Exit code 0: as
# described. 1: the behaviour has changed. 2: the package could not be had.
#
# Output seen:
#   jwt: it says exp, revision, username
#   jwt: with a token for an hour: read
#   jwt: a role is added that nobody has: etcdserver: revision of auth store is old (code 3)
#   jwt: with a new token: read
#   jwt: a user is added: etcdserver: revision of auth store is old (code 3)
#   simple: with a token for an hour: read
#   simple: a role is added that nobody has: read
#   simple: with a new token: read
#   simple: a user is added: read
#   as described
# The same with ETCD of 3.5.16, 3.6.16 and 3.7.3.
set -eu

VERSION=3.4.23-4+b4
PORT=${PORT:-23870}
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

cat >show.mjs <<'PROGRAM'
const [endpoint, kind] = process.argv.slice(2);
const pause = () => new Promise((done) => setTimeout(done, 100));
const base64 = (text) => Buffer.from(text).toString("base64");

/** A call through the server's JSON gateway. */
async function call(path, body, token) {
  const headers = token === undefined ? {} : { authorization: token };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return await (await fetch(`${endpoint}/v3/${path}`, init)).json();
}

async function done(path, body, token) {
  const answer = await call(path, body, token);
  if (answer.code !== undefined) throw new Error(`${path}: ${answer.message}`);
  return answer;
}

async function tokenOf(name) {
  return (await done("auth/authenticate", { name, password: name })).token;
}

async function tell(what, token) {
  const { code, message } = await call("kv/range", { key: base64("key") }, token);
  const told = code === undefined ? "read" : `${message} (code ${code})`;
  console.log(`${kind}: ${what}: ${told}`);
}

for (let tries = 0;; tries++) {
  const served = await call("kv/range", { key: base64("key") }).catch(() => {});
  if (served?.header !== undefined) break;
  if (tries > 300) throw new Error("etcd does not serve");
  await pause();
}
const key = base64("key");
await done("auth/role/add", { name: "root" });
await done("auth/role/add", { name: "reader" });
await done("auth/role/grant", { name: "reader", perm: { permType: "READ", key } });
for (const [name, role] of [["root", "root"], ["app", "reader"]]) {
  await done("auth/user/add", { name, password: name });
  await done("auth/user/grant", { user: name, role });
}
await done("auth/enable", {});

let token = await tokenOf("app");
if (kind === "jwt") {
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  console.log(`jwt: it says ${Object.keys(claims).sort().join(", ")}`);
}
await tell("with a token for an hour", token);
await done("auth/role/add", { name: "another" }, await tokenOf("root"));
await tell("a role is added that nobody has", token);
token = await tokenOf("app");
await tell("with a new token", token);
const user = { name: "somebody", password: "else" };
await done("auth/user/add", user, await tokenOf("root"));
await tell("a user is added", token);
process.exit();
PROGRAM

echo "the key that signs the tokens of this try" >secret
client=http://127.0.0.1:$PORT
peer=http://127.0.0.1:$((PORT + 1))
for kind in jwt simple; do
  [ "$kind" = simple ] && options= || options=,priv-key=secret,sign-method=HS256,ttl=1h
  rm -rf data
  "$etcd" --data-dir data --auth-token "$kind$options" --auth-token-ttl 3600 \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
    --initial-cluster "default=$peer" >etcd.log 2>&1 &
  pid=$!
  node show.mjs "$client" "$kind" || { cat etcd.log; exit 1; }
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
done | tee told

cat >expected <<'EXPECTED'
jwt: it says exp, revision, username
jwt: with a token for an hour: read
jwt: a role is added that nobody has: etcdserver: revision of auth store is old (code 3)
jwt: with a new token: read
jwt: a user is added: etcdserver: revision of auth store is old (code 3)
simple: with a token for an hour: read
simple: a role is added that nobody has: read
simple: with a new token: read
simple: a user is added: read
EXPECTED
cmp -s told expected || { echo "the behaviour has changed"; exit 1; }
echo "as described"
