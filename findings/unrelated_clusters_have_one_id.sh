#!/bin/sh
# etcd 3.4.23 (Debian bookworm: etcd-server and etcd-client 3.4.23-4+b4).
#
# Every answer of etcd has the id of its cluster, 64 bits, so one would expect two
# clusters to have two. The id is a hash of the peers' URLs and of
# --initial-cluster-token, and nothing in it is random. Started with the usual single
# server's flags, in containers or on several hosts, each etcd has the peer URL
# http://localhost:2380 and the token etcd-cluster: all of them, anywhere, are cluster
# cdf818194e3a8c32 (14841639068965178418), and their member is 8e9e05c52164694d.
#
# So nobody can tell by the ids that a DNS name, a port forwarded to staging, or a
# list of endpoints leads to two clusters. Reads and writes go now to the one and now
# to the other without an error. With a token of its own for each, they differ.
#
# Needs sh, apt-get and dpkg-deb (no root; the packages are unpacked into a temporary
# folder, nothing is installed), Debian's keyring, and four free ports from PORT on; or
# ETCD_DIR, a folder with another etcd and etcdctl to look at. Exit code 0: as
# described. 1: the behaviour has changed. 2: the packages could not be had.
#
# Output seen:
#   two servers, the usual flags: cluster 14841639068965178418 and 14841639068965178418, member 10276657743932975437 and 10276657743932975437
#   a key put at the first: there "first", at the second ""
#   with tokens of their own: another cluster id: yes, another member id: yes
#   as described
# The same with ETCD_DIR of 3.5.16, 3.6.16 and 3.7.3.
set -eu

VERSION=3.4.23-4+b4
PORT=${PORT:-23920}
work=$(mktemp -d)
pids=
stop() {
  for one in $pids; do kill "$one" 2>/dev/null || true; done
  wait 2>/dev/null || true
  pids=
}
finish() {
  stop
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
export ETCDCTL_API=3
url() { echo "http://127.0.0.1:$((PORT + $1))"; }
ctl() { # WHICH, and what
  at=$1
  shift
  "$bin/etcdctl" --endpoints "$(url "$at")" "$@" 2>/dev/null
}
start() { # WHICH, and more flags. Where it listens is not what it advertises.
  which=$1
  shift
  rm -rf "data$which"
  "$bin/etcd" --data-dir "data$which" --listen-client-urls "$(url "$which")" \
    --advertise-client-urls "$(url "$which")" --listen-peer-urls "$(url $((which + 2)))" \
    "$@" >"$which.log" 2>&1 &
  pids="$pids $!"
  tries=0
  until ctl "$which" get ready >/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat "$which.log"; exit 1; }
    sleep 0.2
  done
}
id() { # WHICH NAME
  ctl "$1" member list -w fields | sed -n "s/.*\"$2\" : //p" | head -n 1
}

{
  start 0
  start 1
  echo "two servers, the usual flags: cluster $(id 0 ClusterID) and $(id 1 ClusterID), member $(id 0 MemberID) and $(id 1 MemberID)"
  ctl 0 put key first >/dev/null
  echo "a key put at the first: there \"$(ctl 0 get key --print-value-only)\", at the second \"$(ctl 1 get key --print-value-only)\""
  stop
  start 0 --initial-cluster-token one
  start 1 --initial-cluster-token other
  differ() { [ "$(id 0 "$1")" != "$(id 1 "$1")" ] && echo yes || echo no; }
  echo "with tokens of their own: another cluster id: $(differ ClusterID), another member id: $(differ MemberID)"
} >told
cat told
cat >expected <<'EXPECTED'
two servers, the usual flags: cluster 14841639068965178418 and 14841639068965178418, member 10276657743932975437 and 10276657743932975437
a key put at the first: there "first", at the second ""
with tokens of their own: another cluster id: yes, another member id: yes
EXPECTED
cmp -s told expected || { echo "the behaviour has changed"; exit 1; }
echo "as described"
