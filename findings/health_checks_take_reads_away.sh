#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server and etcd-client 3.4.23-4+b4) behind
# HAProxy 2.6.12 (2.6.12-1+deb12u3), `mode tcp`, with `option httpchk GET /health`.
#
# /health is where a load balancer asks whether to send clients to a member. Once the
# database of one member is full (its --quota-backend-bytes; the others may have far
# more) it says 503 on every member of the cluster, until the alarm is disarmed by
# hand. But a full cluster still serves: reads, watches, the renewal of leases, and
# also deletions and compactions, which are the way out. So the load balancer finds
# no server up, and takes away what had worked, and the way out, too: who is connected
# stays, and nobody else gets in. Programs that only read cannot be started again, or
# come back after a lost connection, because of the quota of one disk.
#
# /health?exclude=NOSPACE says whether the member serves. (The port's /readyz, from
# 3.5.11 on, does not look at alarms either.)
#
# Needs sh, apt-get and dpkg-deb (no root; the packages are unpacked into a temporary
# folder, nothing is installed), Debian's keyring, Node 18 or later, and eight free
# ports from PORT on. Exit code 0: as described. 1: the behaviour has changed. 2: the
# packages could not be had.
#
# Output seen:
#   with space:
#   /health of the three members: 200 200 200
#   get, delete at a member: works, works
#   get, delete by HAProxy, check of /health: works, works
#   get, delete by HAProxy, check of /health?exclude=NOSPACE: works, works
#   one member of three has no space left: put: etcdserver: mvcc: database space exceeded
#   /health of the three members: 503 503 503
#   get, delete at a member: works, works
#   get, delete by HAProxy, check of /health: no, no
#   get, delete by HAProxy, check of /health?exclude=NOSPACE: works, works
#   as described
# ETCD_DIR is a folder with another etcd and etcdctl to look at: the same with 3.5.16,
# 3.6.16 and 3.7.3.
set -eu

ETCD=3.4.23-4+b4
HAPROXY=2.6.12-1+deb12u3
PORT=${PORT:-23880}
work=$(mktemp -d)
pids=
finish() {
  for one in $pids; do kill "$one" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

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
{ get update && get download "etcd-server=$ETCD" "etcd-client=$ETCD" \
  "haproxy=$HAPROXY" liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 \
  libpcre2-8-0 libssl3; } >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 2; }
for deb in *.deb; do dpkg-deb -x "$deb" "$work/root"; done
cd "$work"
bin=${ETCD_DIR:-$work/root/usr/bin}
export ETCDCTL_API=3

at() { echo "127.0.0.1:$((PORT + $1))"; }
cluster="m1=http://$(at 4),m2=http://$(at 5),m3=http://$(at 6)"
for n in 1 2 3; do
  [ "$n" = 3 ] && quota=8000000 || quota=0 # 0: 2 GB
  "$bin/etcd" --name "m$n" --data-dir "m$n" --quota-backend-bytes "$quota" \
    --listen-client-urls "http://$(at $n)" --advertise-client-urls "http://$(at $n)" \
    --listen-peer-urls "http://$(at $((n + 3)))" \
    --initial-advertise-peer-urls "http://$(at $((n + 3)))" \
    --initial-cluster "$cluster" >"m$n.log" 2>&1 &
  pids="$pids $!"
done
ctl() { # WHERE, and what
  where=$1
  shift
  "$bin/etcdctl" --endpoints "http://$(at "$where")" --command-timeout 5s "$@"
}

listen() { # NAME PORT PATH
  echo "listen $1"
  echo "  bind $(at "$2")"
  echo "  option httpchk GET $3"
  echo "  default-server check inter 200ms fall 2 rise 2"
  for n in 1 2 3; do echo "  server m$n $(at $n)"; done
}
{
  echo "defaults"
  echo "  mode tcp"
  echo "  timeout connect 2s"
  echo "  timeout client 20s"
  echo "  timeout server 20s"
  listen plain 0 /health
  listen excluding 7 '/health?exclude=NOSPACE'
} >haproxy.cfg
libraries=$(dirname "$(find "$work/root/usr/lib" -name 'liblua5.3.so.0')")
LD_LIBRARY_PATH=$libraries "$work/root/usr/sbin/haproxy" -db -f haproxy.cfg \
  >haproxy.log 2>&1 &
pids="$pids $!"

cat >health.mjs <<'PROGRAM'
const states = process.argv.slice(2).map(async (at) => {
  return (await fetch(`http://${at}/health`)).status;
});
console.log((await Promise.all(states)).join(" "));
PROGRAM
health() { node health.mjs "$(at 1)" "$(at 2)" "$(at 3)" 2>/dev/null; }
until_so() { # WHAT, and what to run
  what=$1
  tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "CHANGED: $what: not after 100 tries"; exit 1; }
    sleep 0.2
  done
}
works() { if ctl "$@" >/dev/null 2>&1; then echo works; else echo no; fi; }
both() { echo "$(works "$1" get key), $(works "$1" del key)"; }
all() {
  echo "/health of the three members: $(health)"
  echo "get, delete at a member: $(both 1)"
  echo "get, delete by HAProxy, check of /health: $(both 0)"
  echo "get, delete by HAProxy, check of /health?exclude=NOSPACE: $(both 7)"
}
healths_are() { [ "$(health)" = "$1" ]; }

{
  until_so "all members are healthy" healths_are "200 200 200"
  until_so "HAProxy has seen it" ctl 0 get key
  until_so "HAProxy has seen it" ctl 7 get key
  echo "with space:"
  all
  head -c 1000000 /dev/zero | tr '\0' x >value
  puts=0
  while ctl 1 put key <value >/dev/null 2>error && [ "$puts" -lt 50 ]; do
    puts=$((puts + 1))
  done
  echo "one member of three has no space left: put: $(grep -o 'etcdserver: mvcc.*exceeded' error | head -n 1)"
  until_so "all members are unhealthy" healths_are "503 503 503"
  sleep 2 # HAProxy asks every 0.2 s
  all
} | tee told

cat >expected <<'EXPECTED'
with space:
/health of the three members: 200 200 200
get, delete at a member: works, works
get, delete by HAProxy, check of /health: works, works
get, delete by HAProxy, check of /health?exclude=NOSPACE: works, works
one member of three has no space left: put: etcdserver: mvcc: database space exceeded
/health of the three members: 503 503 503
get, delete at a member: works, works
get, delete by HAProxy, check of /health: no, no
get, delete by HAProxy, check of /health?exclude=NOSPACE: works, works
EXPECTED
cmp -s told expected || { echo "the behaviour has changed"; exit 1; }
echo "as described"
