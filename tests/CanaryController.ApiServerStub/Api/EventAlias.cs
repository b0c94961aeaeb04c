using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Api;

/// <summary>Events are kept in the core group's words; <c>events.k8s.io</c> has others for the same.</summary>
internal static class EventAlias
{
    private static readonly (string Core, string Other)[] _words =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ];

    public static JsonObject ToCore(JsonObject obj) => Rename(obj, "v1", _words.Select(word => (word.Other, word.Core)));

    public static JsonObject FromCore(JsonObject obj)
    {
        var shown = Rename(obj, "events.k8s.io/v1", _words);
        foreach (var name in new[] { "reportingController", "reportingInstance" }.Where(name => (string?)shown[name] == ""))
        {
            shown.Remove(name);
        }

        return shown;
    }

    private static JsonObject Rename(JsonObject obj, string apiVersion, IEnumerable<(string From, string To)> words)
    {
        var renamed = (JsonObject)obj.DeepClone();
        renamed["apiVersion"] = apiVersion;
        foreach (var (from, to) in words.Where(word => renamed.ContainsKey(word.From)))
        {
            var value = renamed[from];
            renamed.Remove(from);
            renamed[to] = value;
        }

        return renamed;
    }
}
