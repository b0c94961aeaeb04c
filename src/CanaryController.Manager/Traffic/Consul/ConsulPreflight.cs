using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>
/// What is looked at before a version gets its first requests: that the service's protocol can be divided, that no service-router passes the splitter by, that intentions let somebody in, and that the
/// subset has healthy instances. What takes requests from a canary waits for none of this.
/// </summary>
internal sealed class ConsulPreflight(ConsulClient client)
{
    private const int MaxNamed = 5;

    /// <summary>What was found.</summary>
    /// <param name="Problem">Why nothing may be divided, in one sentence; null when it may.</param>
    /// <param name="Bypasses">Requests that pass the splitter by, in a sentence each.</param>
    internal sealed record Findings(string? Problem, IReadOnlyList<string> Bypasses);

    /// <summary>Looks at the entries around the service's.</summary>
    public async Task<Findings> LookAsync(string service, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(
            EntryAsync("service-defaults", service, cancellation),
            EntryAsync("proxy-defaults", "global", cancellation),
            EntryAsync(ConsulEntry.Router, service, cancellation),
            client.GetAsync($"connect/intentions/match?by=destination&name={Uri.EscapeDataString(service)}", $"read the intentions for service {service}", null, cancellation));
        if (answers.Select(answer => answer.Problem).FirstOrDefault(problem => problem is not null) is { } unread)
        {
            return new(unread, []);
        }

        var (all, some) = Router(RouterPlan.Users(answers[2].Body as JsonObject), service);
        return new(Protocol(answers[0].Body, answers[1].Body, service) ?? all ?? Intentions(answers[3].Body, service), some);
    }

    /// <summary>Why the version cannot take requests yet, in one sentence: nothing that passes its checks is selected by the expression that its subset has. Null when it can.</summary>
    public async Task<string?> InstancesAsync(string service, string version, string? filter, CancellationToken cancellation)
    {
        var (healthy, problem) = await CountAsync(service, filter ?? VersionSubset.Filter(version, null), onlyPassing: true, cancellation);
        return problem ?? (healthy > 0
            ? null
            : $"Waits for a healthy instance of version {version}: Consul '{client.Name}' knows none of service {service} in the mesh that registers Meta.version = {version}{(filter is null ? "" : $" and fits the subset's filter {filter}")}.");
    }

    /// <summary>How many instances an expression selects; or why that is not known.</summary>
    public async Task<(int Count, string? Problem)> CountAsync(string service, string filter, bool onlyPassing, CancellationToken cancellation)
    {
        var query = $"{(onlyPassing ? "passing&" : "")}filter={Uri.EscapeDataString(filter)}";
        var answer = await client.GetAsync($"{ConsulInstances.Path(service)}?{query}", $"read the instances of service {service}", null, cancellation);
        return answer.Body is JsonArray instances
            ? (instances.Count, null)
            : (0, answer.Problem ?? $"Consul '{client.Name}' did not answer a list of the instances of service {service}.");
    }

    private Task<ConsulAnswer> EntryAsync(string kind, string name, CancellationToken cancellation) =>
        client.GetAsync($"config/{kind}/{Uri.EscapeDataString(name)}", $"read {kind} {name}", null, cancellation);

    private static string? Protocol(JsonNode? service, JsonNode? all, string name)
    {
        var protocol = service.Text("Protocol") ?? all.Map("Config").Text("protocol") ?? "tcp";
        return protocol is "http" or "http2" or "grpc"
            ? null
            : $"The protocol of service {name} is {protocol}, which Consul cannot divide: write service-defaults {name} with Protocol = \"http\" (or http2, grpc), or that protocol into proxy-defaults global.";
    }

    private static (string? All, IReadOnlyList<string> Some) Router(IReadOnlyList<JsonObject> routes, string service)
    {
        var some = new List<string>();
        for (var index = 0; index < routes.Count; index++)
        {
            var isForAll = IsForAll(routes[index].Map("Match"));
            if (Elsewhere(routes[index].Map("Destination"), service) is not { } elsewhere)
            {
                if (isForAll)
                {
                    // The first route that matches counts: none after this one is ever reached.
                    break;
                }

                continue;
            }

            if (isForAll)
            {
                return ($"service-router {service} sends every request that reaches route {index + 1} to {elsewhere}, past the service-splitter: take ServiceSubset or Service out of that route's Destination.", some);
            }

            if (some.Count < MaxNamed)
            {
                some.Add($"service-router {service} sends the requests of route {index + 1} to {elsewhere}, past the service-splitter: they are not divided.");
            }
        }

        return (null, some);
    }

    /// <summary>Where a route sends to, when that is not the service as its splitter divides it.</summary>
    private static string? Elsewhere(JsonObject? destination, string service) =>
        destination.Text("ServiceSubset") is { } subset ? $"subset {subset}"
        : destination.Text("Service") is { } other && other != service ? $"service {other}"
        : null;

    private static bool IsForAll(JsonObject? match) => match.Map("HTTP") is not { } http
        || http.All(condition => condition.Value is null || condition.Key is "CaseInsensitive" || (condition.Key is "PathPrefix" && condition.Value.ToString() == "/") || condition.Value is JsonArray { Count: 0 });

    /// <summary>Consul answers them with the strongest first. Without any, what holds is the cluster's default, which cannot be told from here.</summary>
    private static string? Intentions(JsonNode? match, string service)
    {
        foreach (var intention in (match as JsonObject ?? []).SelectMany(name => name.Value as JsonArray ?? []))
        {
            if (intention.Text("Action") is "allow" || (intention?["Permissions"] as JsonArray ?? []).Any(permission => permission.Text("Action") is "allow"))
            {
                return null;
            }

            if (intention.Text("Action") is "deny" && intention.Text("SourceName") is "*")
            {
                return $"Intentions deny every caller of service {service}, so neither version would get a request: write a service-intentions {service} that allows its callers.";
            }
        }

        return null;
    }
}
