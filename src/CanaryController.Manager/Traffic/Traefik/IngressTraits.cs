using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic.Routes;

namespace CanaryController.Manager.Traffic.Traefik;

/// <summary>What of an IngressRoute's route has to be known to copy it for matched requests.</summary>
/// <param name="Match">Its rule, as it is written; empty when there is none.</param>
/// <param name="Priority">By which it comes before others: what is written, or the length of the rule in bytes where nothing or 0 is.</param>
/// <param name="IsV2">The rule is written in the syntax of Traefik 2.</param>
/// <param name="Reach">Which requests it can match.</param>
internal sealed record IngressTraits(string Match, long Priority, bool IsV2, RuleReach Reach) : RuleTraits([])
{
    /// <summary>Reads a route.</summary>
    public static IngressTraits Read(JsonElement route)
    {
        var match = route.Text("match") ?? "";
        var read = RuleReader.Read(match);
        var isV2 = route.Text("syntax") is { Length: > 0 } syntax ? syntax == "v2" : read.IsV2;
        return new(match, PriorityOf(match, route.Long("priority")), isV2, read.Reach)
        {
            CanMirror = false,
            NoMirror = "cannot mirror: of Traefik's objects only a TraefikService with spec.mirroring does; let the route send to one, and name that instead of the IngressRoute.",
        };
    }

    /// <summary>The priority that counts.</summary>
    public static long PriorityOf(string match, long? written) => written is { } own and not 0 ? own : Encoding.UTF8.GetByteCount(match);

    /// <summary>The same of a route that is about to be changed.</summary>
    public static long PriorityOf(JsonObject route) => PriorityOf(MatchOf(route), route["priority"] is JsonValue value && value.TryGetValue<long>(out var written) ? written : null);

    /// <summary>The rule of a route; empty when there is none.</summary>
    public static string MatchOf(JsonObject route) => route["match"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Match} ({Priority})");
}
