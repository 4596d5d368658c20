#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server and etcd-client 3.4.23-4+b4).
#
# After an older snapshot has been restored on the same URLs, cluster id and
# member id are what they were, and revisions begin again lower. A watch from a
# revision that the store had before, as every client asks for when it goes on
# after a lost connection, is accepted: no error and no cancellation. It stays
# silent until the store has come to that revision again, so whoever resumes
# there misses every event up to it and is never told.
#
# Seen with etcdctl only, in this order: store at revision 31 (30 puts), a
# snapshot taken at 11; restored; a watch from 32, which is where a client goes
# on after 31. Of 30 puts that follow (revisions 12 to 41) the watch shows the
# 10 from 32 on; the 20 before them, 12 to 31, are never shown. The ids do not
# differ.
#
# Needs sh, apt-get and dpkg-deb (no root; the packages are unpacked into a
# temporary folder, nothing is installed), Debian's keyring, and two free ports,
# PORT and PEER. Exit code 0: as described. 1: the behaviour has changed. 2: the
# packages could not be had.
#
# Output seen:
#   ids before:  "cluster_id":4481530985708632137 "member_id":9672038076693242282
#   ids after:   "cluster_id":4481530985708632137 "member_id":9672038076693242282
#   puts after the restore: 30, shown by the watch: 10, the first is: again 32
#   bytes the watch printed as an error: 0
#   as described
set -eu

VERSION=3.4.23-4+b4
PORT=${PORT:-23790}
PEER=${PEER:-23800}
work=$(mktemp -d)
pid=
watch=
finish() {
  for one in $pid $watch; do kill "$one" 2>/dev/null || true; done
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
{ get update && get download "etcd-server=$VERSION" "etcd-client=$VERSION"; } \
  >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 2; }
for deb in *.deb; do dpkg-deb -x "$deb" "$work/root"; done
cd "$work"
etcd=$work/root/usr/bin/etcd
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS="http://127.0.0.1:$PORT"
ctl() { "$work/root/usr/bin/etcdctl" "$@"; }

start() {
  "$etcd" --name m1 --data-dir "$work/data" \
    --listen-client-urls "http://127.0.0.1:$PORT" \
    --advertise-client-urls "http://127.0.0.1:$PORT" \
    --listen-peer-urls "http://127.0.0.1:$PEER" \
    --initial-advertise-peer-urls "http://127.0.0.1:$PEER" \
    --initial-cluster "m1=http://127.0.0.1:$PEER" \
    --initial-cluster-token one >"$work/etcd.log" 2>&1 &
  pid=$!
  tries=0
  until ctl endpoint health >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat "$work/etcd.log"; exit 1; }
    sleep 0.1
  done
}
stop() {
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
}
puts() { # FROM TO: one revision each
  at=$1
  while [ "$at" -le "$2" ]; do
    ctl put key "$3 $at" >/dev/null
    at=$((at + 1))
  done
}
status() { ctl endpoint status -w json | tr ',{}' '\n\n\n' | grep "\"$1\"" | head -n 1; }

start
puts 2 11 first
ctl snapshot save "$work/older.db" >/dev/null 2>&1
puts 12 31 lost
before="$(status cluster_id) $(status member_id)"
stop
rm -rf "$work/data"
ctl snapshot restore "$work/older.db" --data-dir "$work/data" --name m1 \
  --initial-cluster "m1=http://127.0.0.1:$PEER" \
  --initial-cluster-token one \
  --initial-advertise-peer-urls "http://127.0.0.1:$PEER" >/dev/null 2>&1
start
after="$(status cluster_id) $(status member_id)"

"$work/root/usr/bin/etcdctl" watch key --rev 32 >"$work/watch.out" 2>"$work/watch.err" &
watch=$!
sleep 2 # the watch is there; nothing would show that
kill -0 "$watch" || { echo "CHANGED: the watch ended: $(cat "$work/watch.err")"; exit 1; }
[ ! -s "$work/watch.err" ] || { echo "CHANGED: $(cat "$work/watch.err")"; exit 1; }
puts 12 41 again
tries=0
until grep -q "again 41" "$work/watch.out"; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "CHANGED: revision 41 is not shown either"; exit 1; }
  sleep 0.1
done
kill "$watch"
watch=
shown=$(grep -c "^again" "$work/watch.out")
first=$(grep "^again" "$work/watch.out" | head -n 1)
errors=$(wc -c <"$work/watch.err" | tr -d ' ')

echo "ids before:  $before"
echo "ids after:   $after"
echo "puts after the restore: 30, shown by the watch: $shown, the first is: $first"
echo "bytes the watch printed as an error: $errors"
[ "$before" = "$after" ] || { echo "CHANGED: the ids differ"; exit 1; }
[ "$shown" = 10 ] && [ "$first" = "again 32" ] && [ "$errors" = 0 ] ||
  { echo "CHANGED: see above"; exit 1; }
echo "as described"
