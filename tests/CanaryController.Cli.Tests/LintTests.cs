namespace CanaryController.Cli.Tests;

/// <summary><c>lint</c> says everything that is wrong, where it is, and exits with 1.</summary>
public sealed class LintTests : IDisposable
{
    private const string Good = """
        apiVersion: canarycontroller.io/v1alpha1
        kind: Rollout
        metadata: {name: shop}
        spec:
          workload: {kind: External, versions: {stable: v1, canary: v2}}
          traffic: {router: Gateway, gateway: {route: shop}}
          strategy:
            steps:
            - {weight: 5, hold: 5m}
            - {weight: 50, hold: 5m}
          analysis:
            metrics:
            - {name: success-rate, builtin: RequestSuccessRate, threshold: {min: 99}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-lint-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_good_folder_has_no_errors()
    {
        Write("shop.yaml", Good);
        Write("deep/cart.yml", Good.Replace("shop", "cart", StringComparison.Ordinal));
        Write("readme.md", "not read");
        Write(".git/x.yaml", "not read");
        var run = await LintAsync(_folder);
        Assert.Equal("2 rollouts in 2 files: 0 errors, 0 warnings\n", run.Output);
        Assert.Equal(0, run.Exit);
    }

    [Fact]
    public async Task Every_error_is_reported_at_once_with_its_place()
    {
        Write("bad.yaml", Good.Replace("min: 99", "min: 0.99", StringComparison.Ordinal).Replace("hold: 5m}\n    - {weight: 50", "holt: 5m}\n    - {weight: 4", StringComparison.Ordinal));
        var run = await LintAsync(_folder);
        Assert.Equal(1, run.Exit);
        Snapshot.Matches("lint-errors", run.Output.Replace(_folder, "rollouts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rollout_is_checked_by_the_rules_of_where_its_router_is()
    {
        const string OnKubernetes = "{router: GatewayAPI, gatewayAPI: {httpRoutes: [{name: shop}]}}";
        Write("standalone.yaml", Good.Replace("  workload: {kind: External", "  service: {name: shop}\n  workload: {kind: Deployment, name: shop} # {kind: External", StringComparison.Ordinal));
        Write("kubernetes.yaml", Good.Replace("{router: Gateway, gateway: {route: shop}}", OnKubernetes, StringComparison.Ordinal).Replace("name: shop}\n", "name: other}\n", StringComparison.Ordinal));
        var run = await LintAsync(_folder);
        Assert.Equal(1, run.Exit);
        Assert.Contains("kubernetes.yaml:12:5: error: spec.analysis.source: the metric success-rate is built in", run.Output, StringComparison.Ordinal);
        Assert.Contains("standalone.yaml:6:20: error: spec.workload.kind: the standalone manager runs no Deployments", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("2 rollouts in 2 files: 2 errors, 0 warnings\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_is_one_line_however_long_it_is()
    {
        Write("long.yaml", Good.Replace("hold: 5m", new string('h', 5_000) + ": 5m", StringComparison.Ordinal));
        var lines = (await LintAsync(_folder)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.All(lines[..2], line => Assert.Contains(": there is no such field. Fix: ", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Length < 500, line));
    }

    [Fact]
    public async Task Rollouts_that_are_in_each_others_way_are_found_across_files()
    {
        Write("one.yaml", Good);
        Write("two.yaml", Good.Replace("name: shop", "name: cart", StringComparison.Ordinal));
        var run = await LintAsync(_folder);
        Assert.Equal(1, run.Exit);
        Assert.Contains("two.yaml:6:", run.Output, StringComparison.Ordinal);
        Assert.Contains("one.yaml:6", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_read_and_json_is_written()
    {
        using var input = new StringReader(Good);
        var run = await CommandRun.OfAsync("lint - -o json", with: environment => environment with { Input = input });
        Assert.Equal(0, run.Exit);
        Assert.Contains("\"errors\": []", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_named_twice_is_not_in_its_own_way()
    {
        Write("shop.yaml", Good);
        var run = await CommandRun.OfAsync($"lint \"{_folder}\" \"{_folder}/shop.yaml\"");
        Assert.Equal((0, "1 rollout in 1 file: 0 errors, 0 warnings\n"), (run.Exit, run.Output));
    }

    [Fact]
    public async Task Input_that_never_ends_is_not_read_for_ever()
    {
        using var input = new Endless();
        var run = await CommandRun.OfAsync("lint -", with: environment => environment with { Input = input });
        Assert.Equal((3, "standard input has more than 16 million characters: no Rollout has.\n"), (run.Exit, run.Error));
    }

    [Fact]
    public async Task A_text_that_is_not_utf8_is_refused()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, "latin.yaml"), System.Text.Encoding.Latin1.GetBytes(Good.Replace("shop}", "shop, labels: {owner: René}}", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        Assert.Contains("latin.yaml:3:43: error: the text is not UTF-8 here", (await LintAsync(_folder)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_exits_with_3()
    {
        var run = await LintAsync(Path.Combine(_folder, "none.yaml"));
        Assert.Equal(3, run.Exit);
        Assert.Contains("none.yaml", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await LintAsync(_folder)).Exit);
    }

    private static Task<CommandRun> LintAsync(string path) => CommandRun.OfAsync($"lint \"{path}\"");

    private sealed class Endless : TextReader
    {
        public override int ReadBlock(Span<char> buffer)
        {
            buffer.Fill(' ');
            return buffer.Length;
        }

        public override string ReadToEnd() => throw new InvalidOperationException("It never ends.");
    }

    private void Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
