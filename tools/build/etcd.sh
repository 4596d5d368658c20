#!/bin/sh
# Builds an etcd server and its tools from their published Go modules, for
# versions that can neither be fetched from Debian nor from etcd's releases:
#
#   tools/build/etcd.sh 3.6        the newest 3.6, or a full version
#
# It lands where `--etcd 3.6` finds it: the cache of tests/harness. Needs Go
# and its module proxy, which checks what it serves. 3.4 had no such module.
set -eu

wanted=${1:-}
if ! echo "$wanted" | grep -Eqx '3\.[0-9]+(\.[0-9]+)?'; then
  echo "Cannot build etcd: name a version, such as $0 3.6 or $0 3.6.16" >&2
  exit 2
fi

# As cacheRoot() of testing/programs/_cache.ts has it.
if [ -n "${HOME:-}" ]; then
  caches=${XDG_CACHE_HOME:-$HOME/.cache}
else
  caches=${XDG_CACHE_HOME:-${TMPDIR:-/tmp}/etcdeno-cache}
fi
root=$caches/etcdeno/etcd
mkdir -p -m 700 "$root"
# Beside its place, so that it gets there whole, in one step.
work=$(mktemp -d "$root/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/source" "$work/new"
cd "$work/source"
cat >main.go <<'GO'
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
GO
go mod init etcdeno.test/etcd 2>/dev/null
go get "go.etcd.io/etcd/server/v3@v$wanted"
version=$(go list -m -f '{{.Version}}' go.etcd.io/etcd/server/v3)
version=${version#v}
echo "Building etcd $version" >&2
go get "go.etcd.io/etcd/etcdctl/v3@v$version" "go.etcd.io/etcd/etcdutl/v3@v$version"
CGO_ENABLED=0 go build -trimpath -o "$work/new/etcd" .
for tool in etcdctl etcdutl; do
  CGO_ENABLED=0 go build -trimpath -o "$work/new/$tool" "go.etcd.io/etcd/$tool/v3"
done
echo "built with $(go env GOVERSION)" >"$work/new/origin"
"$work/new/etcd" --version >&2

if [ -e "$root/$version" ]; then mv "$root/$version" "$work/old"; fi
mv "$work/new" "$root/$version"
echo "$root/$version/etcd"
