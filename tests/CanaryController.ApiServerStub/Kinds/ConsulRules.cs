using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Kinds;

/// <summary>What consul-k8s' webhook refuses of a ServiceSplitter: weights that do not sum to 100, in its own arithmetic, and two splits to the same place.</summary>
internal sealed class ServiceSplitterRules : KindRules
{
    private static readonly string[] _place = ["service", "serviceSubset", "namespace", "partition"];

    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var splits = (obj.Map("spec").List("splits") ?? []).OfType<JsonObject>().ToList();
        if (splits.Count == 0)
        {
            throw Denied("spec.splits: at least one split is required");
        }

        var sum = 0f;
        foreach (var split in splits)
        {
            var weight = split["weight"]?.GetValue<float>() ?? 0f;
            if (weight is not (0f or (>= 0.01f and <= 100f)))
            {
                throw Denied($"spec.splits: weight {weight} must be 0 or between 0.01 and 100");
            }

            sum += weight;
        }

        if (sum != 100f)
        {
            throw Denied($"spec.splits: the sum of weights across all splits must add up to 100 percent, but adds up to {sum}");
        }

        var own = obj.Map("metadata").Str("name");
        if (splits.GroupBy(split => string.Join('/', _place.Select(field => split.Str(field) is { Length: > 0 } text ? text : field == "service" ? own : ""))).Any(place => place.Count() > 1))
        {
            throw Denied("spec.splits: a destination stands there twice");
        }
    }

    internal static Exception Denied(string why) => Refusal.BadRequest($"admission webhook denied the request: {why}");
}

/// <summary>What it refuses of a ServiceResolver: subsets beside a redirect, a default subset that is not there.</summary>
internal sealed class ServiceResolverRules : KindRules
{
    public override void Validate(JsonObject? old, JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Map("spec");
        var subsets = spec.Map("subsets");
        if (spec.Map("redirect") is { Count: > 0 } && subsets is { Count: > 0 })
        {
            throw ServiceSplitterRules.Denied("spec.redirect: cannot be there beside subsets");
        }

        if (spec.Str("defaultSubset") is { Length: > 0 } standard && subsets?.ContainsKey(standard) is not true)
        {
            throw ServiceSplitterRules.Denied("spec.defaultSubset: names no subset");
        }

        foreach (var (name, _) in subsets ?? [])
        {
            if (Names.Label(name) is not null)
            {
                throw ServiceSplitterRules.Denied($"spec.subsets: {name} is no DNS label");
            }
        }
    }
}
