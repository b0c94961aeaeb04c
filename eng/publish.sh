#!/usr/bin/env bash
# ./build.sh publish [linux-x64] [linux-arm64]: self-contained archives with checksums in artifacts/publish/. The same sources, SDK and version give the
# same bytes. VERSION=1.2.3 names the version; the default is Directory.Build.props'.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false LC_ALL=C TZ=UTC
umask 022

out=$PWD/artifacts/publish
work=$PWD/artifacts/publish-work
version=${VERSION:-$(sed -n 's/.*<Version .*>\(.*\)<\/Version>.*/\1/p' Directory.Build.props)}
# The time of the commit, so that the same commit packs to the same bytes at any time.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
platforms=("$@")
[ ${#platforms[@]} -gt 0 ] || platforms=(linux-x64 linux-arm64)

say() { echo "publish: $*" >&2; }
fail() { say "$*"; exit 1; }

# One program for one platform, with the runtime, compiled ahead of time, from exactly the locked packages.
program() { # project platform folder
  local project=$1 platform=$2 folder=$3 log=$work/$1-$2.log
  dotnet publish "src/CanaryController.$project" -c Release -o "$folder" -v quiet -p:PublishPlatform="$platform" -p:Version="$version" \
    -p:RestoreLockedMode=true -p:ContinuousIntegrationBuild=true -p:RunAnalyzers=false >"$log" 2>&1 \
    || { sort -u "$log" >&2; fail "$project for $platform did not build"; }
}

# Puts a second program beside the first, which shares the runtime with it. A file that both have must be the same.
share() { # from into
  local file
  while IFS= read -r -d '' file; do
    if [ -e "$2/$file" ]; then
      cmp -s "$1/$file" "$2/$file" || fail "$file differs between the programs: they cannot share a folder"
    else
      mkdir -p "$2/$(dirname "$file")"
      cp -p "$1/$file" "$2/$file"
    fi
  done < <(cd "$1" && find . -type f -print0)
}

check() { # root: what the archive holds works, as far as this machine can run it
  local bin=$1/bin config=$1/config name
  for name in canary-manager canary-gateway canaryctl; do
    [ "$("$bin/$name" --version | grep -oF "$version" | head -n 1)" = "$version" ] || fail "$name --version does not say $version"
    "$bin/$name" --help >/dev/null || fail "$name --help fails"
  done
  "$bin/canaryctl" lint "$config/rollouts" >&2 || fail "the example Rollout has errors"
  # The examples name paths of an installed system; here they point into a scratch folder.
  local scratch=$work/check
  rm -rf "$scratch" && mkdir -p "$scratch"
  head -c 32 /dev/urandom | base64 | tr -d '\n' >"$scratch/gateway-token"
  chmod 600 "$scratch/gateway-token"
  for name in canary-controller canary-gateway; do
    sed -e "s#/run/credentials/[a-z.-]*/#$scratch/#; s#/var/lib/[a-z-]*/#$scratch/#; s#/etc/canary-controller/rollouts#$config/rollouts#" "$config/$name.yaml" >"$scratch/$name.yaml"
  done
  "$bin/canary-manager" --config "$scratch/canary-controller.yaml" --check >&2 || fail "the example canary-controller.yaml has errors"
  "$bin/canary-gateway" --config "$scratch/canary-gateway.yaml" --check >&2 || fail "the example canary-gateway.yaml has errors"
  cp "$1"/systemd/*.service "$scratch/"
  if command -v systemd-analyze >/dev/null; then
    # The units name the place of an installed system; here the programs lie elsewhere.
    sed -i "s#/opt/canary-controller/#$1/#" "$scratch"/*.service
    systemd-analyze verify --man=no "$scratch"/*.service >&2 || say "systemd-analyze has something to say about the units (see above)"
  fi
}

rm -rf "$work" "$out"/canary-controller-"$version"-linux-*.tar.gz "$out/SHA256SUMS"
mkdir -p "$work" "$out"
for platform in "${platforms[@]}"; do
  case "$platform" in linux-x64 | linux-arm64) ;; *) fail "there is no platform '$platform': linux-x64 and linux-arm64 are" ;; esac
  name=canary-controller-$version-$platform
  root=$work/$name
  say "$name ..."
  program Manager "$platform" "$work/manager-$platform"
  program Gateway "$platform" "$work/gateway-$platform"
  program Cli "$platform" "$work/cli-$platform"
  mkdir -p "$root/bin" "$root/lib" "$root/docs/operations"
  share "$work/manager-$platform" "$root/lib"
  share "$work/gateway-$platform" "$root/lib"
  rm -f "$root"/lib/{appsettings*.json,web.config,*.staticwebassets.endpoints.json}
  ln -s ../lib/canary-manager ../lib/canary-gateway "$root/bin/"
  cp "$work/cli-$platform/canaryctl" "$root/bin/"
  cp -r eng/packaging/config eng/packaging/systemd "$root/"
  cp eng/packaging/README.md LICENSE "$root/"
  cp docs/cli.md "$root/docs/"
  cp docs/operations/install-standalone.md "$root/docs/operations/"
  find "$root" -type f -exec chmod 644 {} +
  chmod 755 "$root"/lib/{canary-manager,canary-gateway} "$root/bin/canaryctl"
  # createdump and the like are programs as well.
  [ ! -e "$root/lib/createdump" ] || chmod 755 "$root/lib/createdump"
  [ "$platform" != "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" ] || check "$root"
  tar --sort=name --format=ustar --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -C "$work" -cf - "$name" | gzip -9n >"$out/$name.tar.gz"
done
(cd "$out" && sha256sum canary-controller-"$version"-linux-*.tar.gz >SHA256SUMS && cat SHA256SUMS)
rm -rf "$work"
