#!/usr/bin/env bash
# ./build.sh images --registry HOST[/PATH] | --archive FOLDER: the container images canary-manager and canaryctl for the platform of this machine, made by the SDK without a container engine. The first
# pushes them, as whom `docker login` or SDK_CONTAINER_REGISTRY_UNAME and _PWORD say; the second writes one OCI archive each. VERSION=1.2.3 names the version and the tag; the default is
# Directory.Build.props'. The base images come from Microsoft's registry; BASE_REGISTRY=HOST[/PATH] names a mirror of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false LC_ALL=C TZ=UTC

version=${VERSION:-$(sed -n 's/.*<Version .*>\(.*\)<\/Version>.*/\1/p' Directory.Build.props)}
usage() { echo "usage: ./build.sh images --registry HOST[/PATH] | --archive FOLDER" >&2; exit 2; }
[ $# -eq 2 ] || usage
where=$2

image() { # project name base
  local target=()
  case "$mode" in
    --registry)
      target=(-p:ContainerRegistry="${where%%/*}" -p:ContainerRepository="${path:+$path/}$2") ;;
    --archive)
      mkdir -p "$where"
      target=(-p:ContainerArchiveOutputPath="$(cd "$where" && pwd)/$2-$version.tar.gz") ;;
  esac
  [ -z "${BASE_REGISTRY:-}" ] || target+=(-p:ContainerBaseImage="$BASE_REGISTRY/dotnet/$3:10.0-noble-chiseled")
  echo "images: $2 $version ..." >&2
  dotnet publish "src/CanaryController.$1" -c Release -t:PublishContainer -v quiet -p:PublishImage=true -p:DebugType=none -p:Version="$version" -p:ContainerImageTag="$version" \
    -p:RestoreLockedMode=true -p:ContinuousIntegrationBuild=true -p:RunAnalyzers=false "${target[@]}"
}

mode=$1 path=
case "$mode" in
  --registry) case "$where" in */*) path=${where#*/} ;; esac ;;
  --archive) ;;
  *) usage ;;
esac
image Manager canary-manager aspnet
image Cli canaryctl runtime
