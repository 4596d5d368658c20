#!/bin/sh
# Builds kine, which serves etcd's API in front of SQL, from its published Go
# module: a release of it is for containers only.
#
#   tools/build/kine.sh            the version that the tests are written for
#   tools/build/kine.sh 0.17.5     a full version
#
# It lands where `deno task test:servers` finds it: the cache of tests/harness.
# Needs Go, its module proxy, which checks what it serves, and a C compiler: its
# SQLite is in C.
set -eu

version=${1:-0.17.5}
if ! echo "$version" | grep -Eqx '[0-9]+\.[0-9]+\.[0-9]+'; then
  echo "Cannot build kine: name a version, such as $0 0.17.5" >&2
  exit 2
fi

# As cacheRoot() of testing/programs/_cache.ts has it.
if [ -n "${HOME:-}" ]; then
  caches=${XDG_CACHE_HOME:-$HOME/.cache}
else
  caches=${XDG_CACHE_HOME:-${TMPDIR:-/tmp}/etcdeno-cache}
fi
root=$caches/etcdeno/front
mkdir -p -m 700 "$root"
# Beside its place, so that it gets there whole, in one step.
work=$(mktemp -d "$root/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/new"
echo "Building kine $version" >&2
GOBIN=$work/new CGO_ENABLED=1 go install -trimpath "github.com/k3s-io/kine@v$version"
"$work/new/kine" --version >&2

if [ -e "$root/kine-$version" ]; then mv "$root/kine-$version" "$work/old"; fi
mv "$work/new" "$root/kine-$version"
echo "$root/kine-$version/kine"
