#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server and etcd-client 3.4.23-4+b4).
#
# A lease that nobody renews would be expected to end after its TTL, give or take the
# moment of an election. But each new leader gives every lease its whole TTL anew, as
# only the leader counts, and what it has counted is not handed on (by default; lease
# checkpoints would do so every five minutes). So a lease lives
# for as long as the leader changes more often than the TTL: nothing limits it to
# twice that time. A lock or a registration of a program that died stays while the
# cluster is unsteady, as in a rolling upgrade, or with a slow disk, which is just
# when programs die, too. `lease timetolive` shows the whole TTL again each time.
#
# Seen with etcdctl only: a lease of 8 s, never renewed, and the leader moved every 3
# seconds (move-leader, as one does before a member is stopped); then no more.
#
# Needs sh, apt-get and dpkg-deb (no root; the packages are unpacked into a temporary
# folder, nothing is installed), Debian's keyring, and six free ports from PORT on; or
# ETCD_DIR, a folder with another etcd and etcdctl to look at. Exit code 0: as
# described. 1: the behaviour has changed. 2: the packages could not be had.
#
# Output seen:
#   leader moved 11 times in 29 s: key there
#   not moved any more: key gone after 9 s
#   as described
# (the numbers vary). The same with ETCD_DIR of 3.5.16, 3.6.16 and 3.7.3.
set -eu

VERSION=3.4.23-4+b4
TTL=8
PORT=${PORT:-23900}
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
  { get update && get download "etcd-server=$VERSION" "etcd-client=$VERSION"; } \
    >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 2; }
  for deb in *.deb; do dpkg-deb -x "$deb" "$work/root"; done
}
[ -n "${ETCD_DIR:-}" ] || fetch
bin=${ETCD_DIR:-$work/root/usr/bin}
cd "$work"
url() { echo "http://127.0.0.1:$((PORT + $1))"; }
cluster="m1=$(url 3),m2=$(url 4),m3=$(url 5)"
for n in 0 1 2; do
  "$bin/etcd" --name "m$((n + 1))" --data-dir "m$n" --listen-client-urls "$(url $n)" \
    --advertise-client-urls "$(url $n)" --listen-peer-urls "$(url $((n + 3)))" \
    --initial-advertise-peer-urls "$(url $((n + 3)))" --initial-cluster "$cluster" \
    >"m$n.log" 2>&1 &
  pids="$pids $!"
done
ETCDCTL_ENDPOINTS="$(url 0),$(url 1),$(url 2)"
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS
ctl() { "$bin/etcdctl" "$@" 2>/dev/null; }
tries=0
until ctl endpoint health >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { cat m?.log; exit 1; }
  sleep 0.2
done

# The ids of those that do not lead: the first yes or no, in whichever column.
followers() {
  ctl endpoint status | awk -F ', ' '{
    for (at = 3; at <= NF; at++) if ($at == "false" || $at == "true") {
      if ($at == "false") print $2
      next
    }
  }'
}
there() { [ "$(ctl get key --print-value-only)" = value ]; }

begun=$(date +%s)
lease=$(ctl lease grant $TTL | cut -d ' ' -f 2)
ctl put key value --lease "$lease" >/dev/null
moves=0
while [ $(($(date +%s) - begun)) -lt $((TTL * 7 / 2)) ]; do
  sleep 2.5
  # Only the leader does it, so all are asked.
  if ctl move-leader "$(followers | head -n 1)" >/dev/null; then moves=$((moves + 1)); fi
done
there && found=there || found=gone
echo "leader moved $moves times in $(($(date +%s) - begun)) s: key $found"
begun=$(date +%s)
while there && [ $(($(date +%s) - begun)) -lt 60 ]; do sleep 0.5; done
after=$(($(date +%s) - begun))
there && left=there || left=gone
echo "not moved any more: key $left after $after s"

if [ "$moves" -lt 4 ]; then
  echo "the leader was not moved often enough to say anything"
  exit 1
fi
[ "$found $left" = "there gone" ] || { echo "the behaviour has changed"; exit 1; }
echo "as described"
