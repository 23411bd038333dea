#!/bin/sh
# Prints the folder that holds the source of the standard library of `rustc`'s own version, fetched from Debian's packages if need be.
# A toolchain without the target wasm32-unknown-unknown builds its standard library from there.
set -eu
store=$(realpath -m "${1:?folder for what is fetched}")
version=$(rustc --version | cut -d ' ' -f 2)
own="$(rustc --print sysroot)/lib/rustlib/src/rust"
if [ -f "$own/library/std/Cargo.toml" ]; then
  echo "$own"
  exit
fi
source="$store/usr/src/rustc-$version"
if [ ! -f "$source/library/std/Cargo.toml" ] && command -v apt-get > /dev/null; then
  # The mirror that the machine uses, with package lists of our own: its own are left as they are.
  mirror=$(apt-get indextargets --format '$(ORIGIN) $(SITE)' 'Created-By: Packages' 2>/dev/null | sed -n 's/^Debian \(.*\/debian\/\?\)$/\1/p' | head -n 1)
  [ -n "$mirror" ] || { apt-get update >&2; mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep '/debian/\?$' | head -n 1); }
  mkdir -p "$store/apt/lists/partial" "$store/apt/cache/archives/partial"
  for suite in trixie-backports sid forky experimental trixie bookworm; do
    echo "deb $mirror $suite main" > "$store/apt/sources.list"
    set -- -o Dir::Etc::sourcelist="$store/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$store/apt/lists" \
      -o Dir::Cache="$store/apt/cache" -o Acquire::Languages=none -o APT::Sandbox::User=root -qq
    apt-get "$@" update >&2 || continue
    found=$(apt-cache "$@" madison rust-src | cut -d '|' -f 2 | tr -d ' ' | grep "^$version[+-]" | head -n 1)
    [ -n "$found" ] || continue
    (cd "$store" && apt-get "$@" download "rust-src=$found" >&2 && dpkg-deb --extract rust-src_*.deb . && rm rust-src_*.deb)
    break
  done
fi
if [ ! -f "$source/library/std/Cargo.toml" ]; then
  echo "no package rust-src of Rust $version is to be had; \`rustup target add wasm32-unknown-unknown\` makes it needless" >&2
  exit 1
fi
echo "$source"
