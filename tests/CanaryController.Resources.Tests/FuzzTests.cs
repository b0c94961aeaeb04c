using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Rules;
using CsCheck;

namespace CanaryController.Resources.Tests;

/// <summary>Whatever stands in a file: an answer with a place, never an exception.</summary>
public sealed class FuzzTests
{
    private static readonly string _full = ExampleFiles.Read("full.yaml");

    private static readonly string _json = RolloutJson.Write(RolloutReader.Read(_full, null).Documents[0].Resource);

    private static readonly Gen<string> _snippet = Gen.OneOf(
        Gen.OneOf(new[] {
            "\t", "\n", "\r\n", ":", ": ", "- ", "---\n", "...\n", "{", "}", "[", "]", "'", "\"", "&a ", "*a", "!!str ", "!<x> ", "<<: ", "? ", "| ", ">-\n", "#", "%YAML 1.3\n", "%TAG ! x\n", "0.99",
            "5%", "5 min", "-1", "1e400", "99999999999999999999", ".nan", "0x10", "yes", "~", "null", "\0", "\u0085", "\u2028", "\ufeff", "\ud83d", "\ud83d\ude00", "\\ud800", "\\x4", "\"\\ud800\"", "\u0660m" }.Select(text => Gen.Const(text)).ToArray()),
        Gen.String[0, 5]);

    private static readonly Gen<(int At, int Cut, string Put)> _edit =
        Gen.Select(Gen.Int[0, 10_000], Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, 300]), _snippet, (at, cut, put) => (at, cut, put));

    private static readonly Gen<(bool Yaml, List<(int At, int Cut, string Put)> Edits)> _edits = Gen.Select(Gen.Bool, _edit.List[1, 4], (yaml, edits) => (yaml, edits));

    [Fact]
    public void A_mutated_document_never_throws_and_every_problem_has_a_place() => _edits.Sample(
        mutation => Check(mutation.Edits.Aggregate(mutation.Yaml ? _full : _json, Apply)),
        iter: 1_500,
        print: mutation => mutation.Edits.Aggregate(mutation.Yaml ? _full : _json, Apply));

    [Fact]
    public void A_mutated_rollout_of_Kubernetes_or_command_never_throws() => _edits.Sample(
        mutation =>
        {
            var rollout = mutation.Edits.Aggregate(KubernetesBadInputs.Rollout, Apply);
            Assert.All(RolloutReader.Read(rollout, "f.yaml", RolloutRules.Kubernetes).Problems, problem => Assert.True(problem.Line >= 1 && problem.Column >= 1, $"{problem}"));
            Assert.All(RolloutReader.ReadServerObject(rollout).Problems, problem => Assert.NotEqual("", problem.Message));
            var command = mutation.Edits.Aggregate(KubernetesBadInputs.Command, Apply);
            Assert.All(RolloutCommandReader.Read(command, "f.yaml").Problems, problem => Assert.True(problem.Line >= 1 && problem.Column >= 1, $"{problem}"));
            Assert.All(RolloutCommandReader.ReadServerObject(command).Problems, problem => Assert.NotEqual("", problem.Message));
        },
        iter: 500);

    [Fact]
    public void Any_text_never_throws_and_every_problem_has_a_place() => Gen.OneOf(Gen.String[0, 200], _snippet.List[0, 30].Select(string.Concat)).Sample(Check, iter: 1_500);

    [Fact]
    public void A_text_without_errors_is_written_and_read_back_equal() => _edits.Sample(
        mutation =>
        {
            foreach (var document in RolloutReader.Read(mutation.Edits.Aggregate(_full, Apply), null).Documents)
            {
                Assert.Equal(document.Resource, Assert.Single(RolloutReader.Read(RolloutJson.Write(document.Resource), null).Documents).Resource);
            }
        },
        iter: 500);

    private static string Apply(string text, (int At, int Cut, string Put) edit)
    {
        var at = edit.At % (text.Length + 1);
        return text[..at] + edit.Put + text[Math.Min(text.Length, at + edit.Cut)..];
    }

    private static void Check(string text)
    {
        var read = RolloutReader.Read(text, "f.yaml");
        Assert.True(read.Documents.Count > 0 || read.HasErrors);
        Assert.All(read.Problems, problem =>
        {
            Assert.True(problem.Line >= 1 && problem.Column >= 1, $"{problem}");
            Assert.True(problem.Line <= text.Count(letter => letter is '\n' or '\r') + 1, $"{problem}");
            Assert.NotEqual("", problem.Message);
            Assert.Equal("f.yaml", problem.File);
            Assert.DoesNotContain(problem.Message + problem.Fix + problem.Value + problem.Path, char.IsControl);
        });
    }
}
