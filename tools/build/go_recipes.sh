#!/bin/sh
# Builds the program with Go's recipes that tests have beside this project's:
# bench/peers/recipes.go, from the published modules of etcd's client.
#
#   tools/build/go_recipes.sh 3.6.16 SOURCE FOLDER
#
# Needs Go, and its module proxy or the modules in its cache.
set -eu

if [ $# -ne 3 ] || ! echo "$1" | grep -Eqx '[0-9]+\.[0-9]+\.[0-9]+'; then
  echo "Cannot build it: name a version, the source and a folder, such as" \
    "$0 3.6.16 bench/peers/recipes.go /tmp/recipes" >&2
  exit 2
fi
version=$1
folder=$3
mkdir -p -m 700 "$(dirname "$folder")"
# Beside its place, so that it gets there whole, in one step.
work=$(mktemp -d "$(dirname "$folder")/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/new"
cp "$2" "$work/new/main.go"
cd "$work/new"
go mod init recipes >&2
go get "go.etcd.io/etcd/client/v3@v$version" >&2
go build -trimpath -o recipes . >&2
# Another one may have been quicker: that is as good.
if [ ! -e "$folder" ]; then mv "$work/new" "$folder"; fi
