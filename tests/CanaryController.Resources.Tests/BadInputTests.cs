using System.Text;
using System.Text.RegularExpressions;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rules;

namespace CanaryController.Resources.Tests;

public sealed partial class BadInputTests
{
    private static readonly string _snapshot = Path.Combine(ExampleFiles.Root, "tests", "CanaryController.Resources.Tests", "BadInputs.txt");

    [Fact]
    public void Each_mistake_is_named_with_its_place_and_its_fix()
    {
        var received = Received();
        if (!File.Exists(_snapshot) || File.ReadAllText(_snapshot) != received)
        {
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "BadInputs.received.txt"), received);
        }

        Assert.Equal(File.Exists(_snapshot) ? File.ReadAllText(_snapshot) : "", received);
    }

    [Fact]
    public void Each_mistake_is_found_in_json_too() => Assert.All(
        [
            ("{\"apiVersion\": \"canarycontroller.io/v1alpha1\", \"kind\": \"Rollout\",}", "not valid JSON: a comma follows the last item"),
            ("{\"kind\": /* which? */ \"Rollout\"}", "not valid JSON: it has no comments"),
            (string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1", "more than 32 deep"),
            ("{\"apiVersion\": \"a\", \"apiVersion\": \"a\"}", "the field stands twice"),
            ("{\"kind\": \"Rollout\", \"kind\": 'x'}", "not valid JSON"),
            ("{\"spec\": {\"strategy\": {\"steps\": [{\"weight\": \"5\"}]}}}", "in quotes is text"),
            ("{\"spec\": {\"strategy\": {\"steps\": [{\"weight\": 123456789012345678901234567890123456789012345}]}}}", "is not a number"),
            ("{\"metadata\": {\"name\": null}}", "the field has no value"),
            ("{\"metadata\": {\"name\": true}}", "without quotes is a boolean"),
            ("{\"metadata\": {\"name\": \"\\ud800\"}}", "half a character"),
            ("{\"metadata\": {\"name\": \"a\\u0000b\"}}", "a control character"),
        ],
        input => Assert.Contains(RolloutReader.Read(input.Item1, null).Problems, problem => problem.Message.Contains(input.Item2, StringComparison.Ordinal) && problem.Line == 1));

    [Fact]
    public void A_fix_that_names_a_value_mends_what_it_is_about()
    {
        var mended = 0;
        foreach (var input in BadInputs.All)
        {
            var text = input.Text;
            foreach (var problem in input.Read(text).Where(problem => problem is { Severity: ProblemSeverity.Error, Value.Length: > 0 }))
            {
                if (NamedValue().Match(problem.Fix ?? "") is not { Success: true } fix || Mend(text, problem, fix.Groups[1].Value) is not { } better)
                {
                    continue;
                }

                mended++;
                Assert.DoesNotContain(input.Read(better), still => still.Path == problem.Path && still.Severity is ProblemSeverity.Error && still.Fix?.StartsWith("leave it out", StringComparison.Ordinal) is not true);
            }
        }

        Assert.InRange(mended, 40, int.MaxValue);
    }

    /// <summary>The text with the fix in place of the value; null when another thing stands there, as for a field's name.</summary>
    private static string? Mend(string text, FieldProblem problem, string fix)
    {
        var lines = text.Split('\n');
        var (line, at) = (lines[problem.Line - 1], problem.Column - 1);
        var value = new[] { problem.Value!, $"\"{problem.Value}\"", $"'{problem.Value}'" }.FirstOrDefault(candidate => line.AsSpan(at).StartsWith(candidate, StringComparison.Ordinal));
        if (value is null)
        {
            return null;
        }

        lines[problem.Line - 1] = line[..at] + fix + line[(at + value.Length)..];
        return string.Join('\n', lines);
    }

    /// <summary>"write 5m", not "write 0s to 1h" or "write percent, …".</summary>
    [GeneratedRegex(@"^write (\S*[^\s:,])(, or .*| for .* or .*)?\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamedValue();

    [Fact]
    public void An_empty_file_is_not_taken_for_no_rollouts() =>
        Assert.All(["", "\n", "# nothing\n", "---\n---\n...\n"], text => Assert.Equal("e.yaml:1:1: there is no Rollout in it. Fix: write one, or delete the file.", ProblemText.Format(Assert.Single(RolloutReader.Read(text, "e.yaml").Problems))));

    [Fact]
    public void A_valid_deployment_is_refused_only_by_the_standalone_rules()
    {
        var text = ExampleFiles.Read("minimal.yaml").Replace("{kind: External, versions: {stable: v1, canary: v2}}", "{kind: Deployment, name: shop}\n  service: {name: shop, port: 80}", StringComparison.Ordinal);
        Assert.Empty(RolloutReader.Read(text, null, RolloutRules.Resource).Problems);
        Assert.Equal("the standalone manager runs no Deployments", Assert.Single(RolloutReader.Read(text, null).Problems).Message);
    }

    private static string Received()
    {
        var text = new StringBuilder();
        foreach (var input in BadInputs.All)
        {
            Assert.Contains(input.Old, input.Good, StringComparison.Ordinal);
            text.Append("== ").AppendLine(input.Name);
            foreach (var line in input.New.Split('\n').Where(line => line.Trim().Length > 0))
            {
                text.Append("   | ").AppendLine(line.Replace("\t", "<tab>", StringComparison.Ordinal));
            }

            foreach (var problem in input.Read(input.Text))
            {
                text.AppendLine(ProblemText.Format(problem));
            }

            text.AppendLine();
        }

        return text.ToString();
    }
}
