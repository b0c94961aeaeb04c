using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>What Consul refuses in a config entry, in its own words.</summary>
internal static partial class ConsulRules
{
    private static readonly string[] _common = ["Kind", "Name", "Meta", "CreateIndex", "ModifyIndex", "Hash"];

    private static readonly Dictionary<string, string[]> _members = new(StringComparer.Ordinal)
    {
        ["service-splitter"] = ["Splits"],
        ["service-resolver"] = ["DefaultSubset", "Subsets", "Redirect", "Failover", "ConnectTimeout", "RequestTimeout", "LoadBalancer", "PrioritizeByLocality"],
        ["service-router"] = ["Routes"],
        ["service-defaults"] = ["Protocol", "MeshGateway", "Expose", "UpstreamConfig"],
        ["proxy-defaults"] = ["Config", "MeshGateway", "Expose"],
    };

    /// <summary>A member that this version of Consul does not know; null when it knows all.</summary>
    public static string? Unknown(JsonObject entry) =>
        entry.Select(member => member.Key).FirstOrDefault(key => !_common.Contains(key) && !_members[(string)entry["Kind"]!].Contains(key));

    /// <summary>What is wrong with the entry by itself; null when nothing is.</summary>
    public static string? Validate(JsonObject entry) => Meta(entry) ?? ((string)entry["Kind"]! switch
    {
        "service-splitter" => Splitter(entry),
        "service-resolver" => Resolver(entry),
        "service-router" => Router(entry),
        _ => null,
    });

    /// <summary>What Consul stores of it: weights are float32 in steps of 0.01, and what is empty is left out.</summary>
    public static JsonObject Normalized(JsonObject entry)
    {
        var stored = entry.DeepClone().AsObject();
        foreach (var split in (stored["Splits"] as JsonArray ?? []).OfType<JsonObject>())
        {
            split["Weight"] = Scaled(split) / 100f;
        }

        foreach (var http in (stored["Routes"] as JsonArray ?? []).Select(route => route?["Match"]?["HTTP"]).OfType<JsonObject>().Where(http => http["Methods"] is JsonArray))
        {
            http["Methods"] = new JsonArray([.. http["Methods"]!.AsArray().Select(method => (JsonNode)method!.ToString().ToUpperInvariant())]);
        }

        foreach (var empty in stored.Where(member => member.Value is null or JsonObject { Count: 0 }).Select(member => member.Key).ToList())
        {
            stored.Remove(empty);
        }

        return stored;
    }

    /// <summary>What is wrong with a service's chain of entries; null when nothing is.</summary>
    public static string? Chain(string service, Func<string, string, JsonObject?> find)
    {
        var (splitter, router) = (find("service-splitter", service), find("service-router", service));
        var protocol = (string?)find("service-defaults", service)?["Protocol"] ?? (string?)find("proxy-defaults", "global")?["Config"]?["protocol"] ?? "tcp";
        if (splitter is not null || router is not null)
        {
            if (protocol is not ("http" or "http2" or "grpc"))
            {
                return $"discovery chain \"{service}\" uses a protocol \"{protocol}\" that does not permit advanced routing or splitting behavior";
            }
        }

        var routes = (router?["Routes"] as JsonArray ?? []).Select(route => route?["Destination"]).OfType<JsonObject>();
        foreach (var split in (splitter?["Splits"] as JsonArray ?? []).OfType<JsonObject>().Concat(routes))
        {
            var target = (string?)split["Service"] is { Length: > 0 } other ? other : service;
            if ((string?)split["ServiceSubset"] is { Length: > 0 } subset && find("service-resolver", target)?["Subsets"]?[subset] is null)
            {
                return $"service \"{target}\" does not have a subset named \"{subset}\"";
            }
        }

        return null;
    }

    private static string? Router(JsonObject entry)
    {
        foreach (var (index, route) in (entry["Routes"] as JsonArray ?? []).OfType<JsonObject>().Index())
        {
            var http = route["Match"]?["HTTP"] as JsonObject ?? [];
            string[] paths = [.. ((string[])["PathExact", "PathPrefix", "PathRegex"]).Where(http.ContainsKey)];
            if (paths.Length > 1)
            {
                return $"Route[{index}] should only contain at most one of PathExact, PathPrefix, or PathRegex";
            }

            foreach (var (number, header) in (http["Header"] as JsonArray ?? []).OfType<JsonObject>().Index())
            {
                if (((string?)header["Name"] ?? "").Length == 0)
                {
                    return $"Route[{index}] Header[{number}] missing required Name field";
                }

                if (((string[])["Present", "Exact", "Prefix", "Suffix", "Regex"]).Count(header.ContainsKey) != 1)
                {
                    return $"Route[{index}] Header[{number}] should only contain one of Present, Exact, Prefix, Suffix, or Regex";
                }
            }

            if (route["Destination"]?["PrefixRewrite"] is not null && !paths.Any(path => path is "PathExact" or "PathPrefix"))
            {
                return $"Route[{index}] cannot make use of PrefixRewrite without configuring either PathExact or PathPrefix";
            }
        }

        return null;
    }

    private static string? Meta(JsonObject entry)
    {
        var meta = entry["Meta"] as JsonObject ?? [];
        var wrong = meta.Count > 64 ? "Meta exceeds maximum element count 64"
            : meta.FirstOrDefault(pair => pair.Key.Length > 128) is { Key: { } key } ? $"Meta key \"{key}\" exceeds maximum length 128"
            : meta.FirstOrDefault(pair => pair.Value!.ToString().Length > 512) is { Key: { } large } ? $"Meta value for key \"{large}\" exceeds maximum length 512"
            : null;
        return wrong is null ? null : $"1 error occurred:\n\t* {wrong}\n\n";
    }

    private static string? Splitter(JsonObject entry)
    {
        var splits = (entry["Splits"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        if (splits.Count == 0)
        {
            return "no splits configured";
        }

        var places = splits.Select(split => ((string?)split["Service"] is { Length: > 0 } service ? service : (string?)entry["Name"], (string?)split["ServiceSubset"] ?? "", (string?)split["Namespace"], (string?)split["Partition"]));
        if (places.GroupBy(place => place).FirstOrDefault(same => same.Count() > 1) is { Key: var (service, subset, ns, partition) })
        {
            return $"split destination occurs more than once: service=\"{service}\", subset=\"{subset}\", namespace=\"{ns}\", partition=\"{partition}\"";
        }

        var sum = splits.Sum(Scaled);
        return sum == 10_000 ? null : $"the sum of all split weights must be 100, not {(sum / 100f).ToString("F6", CultureInfo.InvariantCulture)}";
    }

    private static string? Resolver(JsonObject entry)
    {
        var subsets = entry["Subsets"] as JsonObject ?? [];
        foreach (var (name, subset) in subsets)
        {
            if (name.Length > 63 || !SubsetName().IsMatch(name))
            {
                return $"Subset \"{name}\" is invalid: must be 63 characters or fewer, begin or end with lower case alphanumeric characters, and contain lower case alphanumeric characters or '-' in between";
            }

            try
            {
                ConsulFilter.Parse((string?)subset!["Filter"] ?? "");
            }
            catch (FormatException wrong)
            {
                return $"Filter for subset \"{name}\" is not a valid expression: {wrong.Message}";
            }
        }

        if ((string?)entry["DefaultSubset"] is { Length: > 0 } standard && !subsets.ContainsKey(standard))
        {
            return $"DefaultSubset \"{standard}\" is not a valid subset";
        }

        var failover = entry["Failover"] as JsonObject ?? [];
        return entry["Redirect"] is not null && failover.Count > 0 ? "Redirect and Failover cannot both be set"
            : failover.Select(each => each.Key).FirstOrDefault(name => name != "*" && !subsets.ContainsKey(name)) is { } wrongly ? $"Bad Failover[\"{wrongly}\"]: not a valid subset subset"
            : null;
    }

    private static int Scaled(JsonObject split) => split["Weight"] is { } weight ? (int)Math.Round((double)(weight.GetValue<float>() * 100f)) : 0;

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SubsetName();
}
