using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Core.Traffic;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Tests.Traffic.Kinds;

/// <summary>Patches as people review them.</summary>
internal static class PatchText
{
    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is written into an object of each spec for each percentage.</summary>
    public static string Of(KindSample sample, BackendPair pair, params ReadOnlySpan<(string Title, string Spec, decimal Percent)> cases)
    {
        var text = new StringBuilder();
        foreach (var (title, spec, percent) in cases)
        {
            text.Append(title).Append('\n');
            Append(text, RoutePlan.Of(sample.Seen(spec), pair, CanaryWeight.TryFromPercent(percent)!.Value, true, "leader-3", []).Patch!);
        }

        return text.ToString();
    }

    /// <summary>One operation a line.</summary>
    public static void Append(StringBuilder text, JsonPatch patch)
    {
        foreach (var operation in JsonNode.Parse(patch.ToString())!.AsArray())
        {
            text.Append("  ").Append(operation!.ToJsonString(_plain)).Append('\n');
        }
    }
}
