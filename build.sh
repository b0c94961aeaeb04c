#!/usr/bin/env bash
# The daily commands: thin bash over the tools. ./build.sh help lists them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# Nothing that a command starts outlives it: no build nodes, no compiler server.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

bin=artifacts/bin
test_results=artifacts/test-results

# Quiet when all is well; everything that the build says when it is not. Speaks on stderr only, so that stdout stays the command's own.
build() {
  local log status=0
  log=$(mktemp)
  dotnet build --nologo -v quiet -clp:NoSummary "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" -eq 0 ] || sort -u "$log" >&2
  rm -f "$log"
  return "$status"
}

cmd_demo() {
  echo "Building ..." >&2
  build examples/demo/demo.slnf -c Release
  local prometheus
  case " $* " in *" --help "* | *" -h "* | *" -? "*) prometheus= ;; *) prometheus=$(eng/tools.sh prometheus) ;; esac
  CANARY_DEMO_PROMETHEUS=$prometheus exec "$bin/CanaryController.Examples.Demo/release/demo" "$@"
}

# demo: see e2e_demo. kubernetes: see e2e_kubernetes. Without either, both.
cmd_e2e() {
  local what=${1:-both}
  [ $# -eq 0 ] || shift
  case "$what" in
    both) e2e_kubernetes && e2e_demo ;;
    demo) e2e_demo "$@" ;;
    kubernetes) e2e_kubernetes "$@" ;;
    *) echo "usage: ./build.sh e2e [demo [--times N] [SCENARIO ...] | kubernetes [XUNIT-ARGS]]" >&2; return 2 ;;
  esac
}

# All demo scenarios, or the named ones, each --times N times (default 1); one JSON line each, stops at the first that does not end as named.
e2e_demo() {
  local times=1 names=() scenario
  while [ $# -gt 0 ]; do
    case "$1" in --times) times=$2; shift 2 ;; *) names+=("$1"); shift ;; esac
  done
  [ ${#names[@]} -gt 0 ] || names=(good errors slow subtle late no-traffic prometheus-down crash superseded)
  for scenario in "${names[@]}"; do
    for ((i = 0; i < times; i++)); do ./build.sh demo --scenario "$scenario" --json; done
  done
}

# The Kubernetes suite: against the cluster that CANARY_E2E_KUBECONFIG names, else against the stub.
e2e_kubernetes() {
  local name=CanaryController.EndToEnd.Tests
  echo "Building ..." >&2
  build "tests/$name"
  # Without it the tests that need a real Prometheus say that they were skipped.
  CANARY_TEST_PROMETHEUS=$(eng/tools.sh prometheus) || true
  export CANARY_TEST_PROMETHEUS
  "$bin/$name/debug/$name" -noColor -noLogo -namespace "$name.Kubernetes" "$@" </dev/null
}

# Both versions that the chart is tested with; a test that lacks one says that it was skipped.
find_helm() {
  CANARY_TEST_HELM3=$(eng/tools.sh helm3) || true
  CANARY_TEST_HELM4=$(eng/tools.sh helm4) || true
  export CANARY_TEST_HELM3 CANARY_TEST_HELM4
}

# One attribute of the <assembly> element in xunit's XML result file.
result() { sed -n "s/.*<assembly [^>]*\\b$2=\"\\([0-9]*\\)\".*/\\1/p" "$1" | head -n 1; }

cmd_test() {
  if ! build CanaryController.sln; then
    echo "The build failed: nothing was tested."
    echo "0 passed, 1 failed, 0 skipped"
    return 1
  fi
  # Without them the tests that need a real Prometheus or HAProxy say that they were skipped.
  CANARY_TEST_PROMETHEUS=$(eng/tools.sh prometheus) || true
  CANARY_TEST_HAPROXY=$(eng/tools.sh haproxy) || true
  export CANARY_TEST_PROMETHEUS CANARY_TEST_HAPROXY
  find_helm

  local passed=0 failed=0 skipped=0 project name file status counted
  rm -rf "$test_results" && mkdir -p "$test_results"
  for project in tests/*.Tests tests/*.Simulation; do
    name=${project#tests/} file=$test_results/${project#tests/}.xml status=0
    echo "== $name"
    timeout --kill-after=30 900 "$bin/$name/debug/$name" -noColor -noLogo -reporter quiet -result-xml "$file" </dev/null 2>&1 || status=$?
    counted=0
    if [ -n "$(result "$file" total 2>/dev/null)" ]; then
      passed=$((passed + $(result "$file" passed)))
      skipped=$((skipped + $(result "$file" skipped)))
      counted=$(($(result "$file" failed) + $(result "$file" errors)))
    fi
    # A project that ended badly without a failed test to show for it crashed, hung or wrote no results: that is a failure too.
    if [ "$counted" -eq 0 ] && { [ "$status" -ne 0 ] || [ ! -s "$file" ]; }; then
      echo "$name ended with exit code $status and no failed test: counted as failed."
      counted=1
    fi
    failed=$((failed + counted))
  done
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}

cmd_check() {
  build CanaryController.sln
  dotnet format CanaryController.sln --verify-no-changes --no-restore
}

cmd_format() { dotnet format CanaryController.sln "$@"; }

# The files that say what the program says: each is written by the test that compares it.
cmd_generate() {
  build CanaryController.sln
  find_helm
  local name
  for name in CanaryController.Chart.Tests CanaryController.Cli.Tests CanaryController.Manager.Tests CanaryController.Resources.Tests; do
    CANARY_UPDATE_SNAPSHOTS=1 "$bin/$name/debug/$name" -noColor -noLogo -reporter quiet -trait Generates=files </dev/null
  done
  git status --short -- charts docs tests
}

# Replays what a failed simulation names, or tries --runs N other seeds from there.
cmd_simulate() {
  local seed=1 runs=1 name=CanaryController.Simulation
  while [ $# -gt 0 ]; do
    case "$1" in
      --seed) seed=$2; shift 2 ;;
      --runs) runs=$2; shift 2 ;;
      *) echo "usage: ./build.sh simulate [--seed N] [--runs N]" >&2; return 2 ;;
    esac
  done
  build "tests/$name"
  CANARY_SIMULATION_SEED=$seed CANARY_SIMULATION_RUNS=$runs "$bin/$name/debug/$name" -noColor -noLogo </dev/null
}

cmd_bench() {
  local tool path
  echo "Building ..." >&2
  build examples/demo/demo.slnf -c Release
  build tests/CanaryController.Benchmarks -c Release
  case " $* " in *" --help "* | *" -h "* | *" -? "*) ;; *)
    # A bench that lacks its tool says so.
    for tool in prometheus haproxy wrk; do
      path=$(eng/tools.sh "$tool") || path=
      export "CANARY_BENCH_${tool^^}=$path"
    done
    export CANARY_DEMO_PROMETHEUS=$CANARY_BENCH_PROMETHEUS ;;
  esac
  exec "$bin/CanaryController.Benchmarks/release/CanaryController.Benchmarks" "$@"
}

cmd_hooks() {
  git config core.hooksPath eng/hooks
  echo "Every commit is preceded by ./build.sh check from now on; undo with: git config --unset core.hooksPath"
}

cmd_help() {
  cat <<'HELP'
./build.sh COMMAND

  demo [--scenario NAME] [--json]   a good and a failing rollout with real traffic; --help lists the scenarios
  test                              build, then run every test; the last line counts them
  check                             build with every warning an error, and verify the formatting
  format                            format the code
  generate                          write docs/openapi.json, the chart's CRDs and the snapshots of canaryctl's help and of the chart anew
  simulate [--seed N] [--runs N]    the real manager on virtual time among seeded faults
  bench [ARGS]                      measure; prints a table and writes JSON
  e2e                               the next two, one after the other
  e2e kubernetes [XUNIT-ARGS]       the Kubernetes suite, on the API server stub or on the cluster of CANARY_E2E_KUBECONFIG
  e2e demo [--times N] [SCENARIO ...]  demo scenarios one after the other, one JSON line each
  hooks                             run check before each commit
HELP
  [ ! -x eng/publish.sh ] || echo "  publish                           self-contained archives with checksums"
  echo "  images --registry HOST[/PATH] | --archive FOLDER  container images of canary-manager and canaryctl for this platform"
  echo "  help                              this"
}

command=${1:-help}
[ $# -eq 0 ] || shift
case "$command" in
  demo | test | check | format | generate | simulate | bench | e2e | hooks | help) "cmd_$command" "$@" ;;
  publish) exec eng/publish.sh "$@" ;;
  images) exec eng/images.sh "$@" ;;
  *)
    echo "build.sh: there is no command '$command'." >&2
    cmd_help >&2
    exit 2
    ;;
esac
