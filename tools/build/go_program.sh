#!/bin/sh
# Builds a Go program that is measured or tested beside this project, from its
# sources and the published modules of etcd's client.
#
#   tools/build/go_program.sh 3.6.16 FOLDER SOURCE...
#
# The program is FOLDER/program. Needs Go, and its module proxy or the modules in
# its cache.
set -eu

if [ $# -lt 3 ] || ! echo "$1" | grep -Eqx '[0-9]+\.[0-9]+\.[0-9]+'; then
  echo "Cannot build it: name a version, a folder and sources, such as" \
    "$0 3.6.16 /tmp/peer bench/peers/bench.go" >&2
  exit 2
fi
version=$1
folder=$2
shift 2
mkdir -p -m 700 "$(dirname "$folder")"
# Beside its place, so that it gets there whole, in one step.
work=$(mktemp -d "$(dirname "$folder")/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/new"
cp "$@" "$work/new"
cd "$work/new"
go mod init program >&2
go get "go.etcd.io/etcd/client/v3@v$version" >&2
go build -trimpath -o program . >&2
# Somebody else may have been quicker: theirs is as good.
if [ ! -e "$folder" ]; then mv "$work/new" "$folder"; fi
