using System.Text;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CsCheck;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

/// <summary>What is left of a text is what a reader of the whole text would have found at the kept places.</summary>
public sealed class JsonSieveTests
{
    private static readonly Gen<string> _space = Gen.OneOf("", "", "", " ", "\n\t", "  \r\n");

    private static readonly Gen<string> _name = Gen.OneOf(
        "metadata", "spec", "status", "a", "b", "c", "labels", "annotations", "name", "uid", "managedFields", "items", "canarycontroller.io/x", "kubectl/last", "\\u0061", "b\\\"}", "\u00e9", "");

    private static readonly Gen<string> _scalar = Gen.OneOf("null", "true", "false", "0", "-1.5e+30", "\"\"", "\"a\"", "\"}\"", "\"[{,:\\\"\\\\\"", "\"\\u00e9\u4e2d\"", "\"\\\\\"");

    private static readonly Gen<KeptFields> _kept = Gen.OneOf(
        KeptFields.All, KeptFields.Of(), KeptFields.Of("a", "spec.a"), KeptFields.Of("spec.a.b", "spec.a.c", "spec.b", "a.a.a"), KeptFields.Of("metadata.managedFields.a", "spec.spec.spec"), KeptFields.AllButMetadata())
        .SelectMany(kept => Gen.OneOf(kept, kept.InList()));

    [Fact]
    public void What_is_kept_is_what_stands_there_and_nothing_else_is() =>
        Gen.Select(Value(4), _kept).Sample((text, kept) => Assert.Equal(Expected(text, kept), Sift(text, kept)), iter: 20_000, print: sample => sample.Item1);

    [Fact]
    public void A_text_that_ends_too_early_is_refused() =>
        Gen.Select(Value(4), _kept, Gen.Int[1, 1_000]).Where(sample => sample.Item1[0] is '{' or '[').Sample(
            (text, kept, cut) => Assert.ThrowsAny<JsonException>(() => Sift(text[..(cut % text.Length)], kept)), iter: 5_000, print: sample => sample.Item1);

    [Fact]
    public void Whatever_comes_is_read_or_refused() =>
        Gen.Select(Value(3), _kept, Gen.Int[0, 1_000], Gen.String[Gen.Char["{}[]\",:\\ a1\u00e9"], 0, 3]).Sample(
            (text, kept, at, noise) =>
            {
                at %= text.Length + 1;
                try
                {
                    Sift(text[..at] + noise + text[at..], kept);
                }
                catch (JsonException)
                {
                    // Refused.
                }
            },
            iter: 20_000);

    [Theory]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":1 "b":2}""")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"x":,"a":1}""")]
    [InlineData("""{a:1}""")]
    [InlineData("""{,}""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":[1}""")]
    [InlineData("""{"x":"a}""")]
    [InlineData("""{"x":"\""")]
    [InlineData("""[{"x":1},]""")]
    [InlineData("""[{"x":1}{"x":2}]""")]
    [InlineData("")]
    [InlineData("  ")]
    public void What_is_no_JSON_is_refused(string text) => Assert.ThrowsAny<JsonException>(() => Sift(text, KeptFields.Of("a")));

    [Fact]
    public void Lists_as_deep_as_may_be_are_left_to_the_reader() =>
        Assert.ThrowsAny<JsonException>(() => Sift(new string('[', 1_000_000) + new string(']', 1_000_000), KeptFields.Of("a")));

    /// <summary>The sieve's remains as their reader sees them.</summary>
    private static string Sift(string text, KeptFields kept)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = JsonSieve.Sift(bytes, kept);
        using var document = JsonDocument.Parse(bytes.AsMemory(0, length));
        return Show(document.RootElement, KeptFields.All);
    }

    private static string Expected(string text, KeptFields kept)
    {
        using var document = JsonDocument.Parse(text);
        return Show(document.RootElement, kept);
    }

    private static string Show(JsonElement value, KeptFields kept) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(member => (Name: Raw(member), member.Value, Kept: kept.IsWhole ? kept : kept.Find(Encoding.UTF8.GetBytes(Raw(member)))))
            .Where(member => member.Kept is not null).Select(member => $"\"{member.Name}\":{Show(member.Value, member.Kept!)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(item => Show(item, item.ValueKind == JsonValueKind.Object ? kept : KeptFields.All)))}]",
        JsonValueKind.Undefined or JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => value.GetRawText(),
        _ => throw new InvalidOperationException($"{value.ValueKind}"),
    };

    private static string Raw(JsonProperty member) => Encoding.UTF8.GetString(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8PropertyName(member));

    private static Gen<string> Value(int depth) => depth == 0 ? _scalar : Gen.OneOf(_scalar, Object(depth), Object(depth), Object(depth), List(depth));

    private static Gen<string> Object(int depth) => Gen.Select(_name, _space, Value(depth - 1), _space, (name, before, value, after) => $"{before}\"{name}\"{after}:{before}{value}{after}")
        .Array[0, 5].Select(members => $"{{{string.Join(',', members)}}}");

    private static Gen<string> List(int depth) => Gen.Select(Value(depth - 1), _space, (value, space) => $"{space}{value}").Array[0, 4].Select(items => $"[{string.Join(',', items)}]");
}
