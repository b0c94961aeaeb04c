using CanaryController.Manager.Outbound;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>One entry of the configuration's list <c>consuls</c>: an agent, and where in its cluster the services are.</summary>
internal sealed record ConsulOptions
{
    /// <summary>How rollouts name this agent; unique.</summary>
    public string Name { get; init; } = "";

    /// <summary>The address of its HTTP API, for example <c>http://127.0.0.1:8500</c>.</summary>
    public string Url { get; init; } = "";

    /// <summary>The file that holds the ACL token; read for each request. Null = the agent's own default token, or no ACLs.</summary>
    public string? TokenFile { get; init; }

    /// <summary>How long one request may take. Default 2 seconds; 100 ms to 10 s. Short, because an abort waits for it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The datacenter that is asked; null = the agent's own. Config entries are always written in the primary one.</summary>
    public string? Datacenter { get; init; }

    /// <summary>The namespace of the services, in editions that have them; null = the token's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>The admin partition of the services, in editions that have them; null = the agent's own.</summary>
    public string? Partition { get; init; }
}

/// <summary>Checks the list <c>consuls</c>, all of it at once.</summary>
internal static class ConsulOptionsValidator
{
    private const int MaxCharacters = 64;

    /// <summary>All that is wrong; empty when nothing is.</summary>
    public static IReadOnlyList<FieldProblem> Validate(IReadOnlyList<ConsulOptions> consuls, string path = "consuls")
    {
        var problems = new List<FieldProblem>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < consuls.Count; index++)
        {
            var (consul, at) = (consuls[index], $"{path}[{index}]");
            if (consul.Name.Length == 0)
            {
                problems.Add(new($"{at}.name", null, "A Consul agent needs a name.", "the name that rollouts use in traffic.consul"));
            }
            else if (!names.Add(consul.Name))
            {
                problems.Add(new($"{at}.name", consul.Name, "Another Consul agent has this name.", "a unique name"));
            }

            if (EndpointUrl.Check($"{at}.url", consul.Url, "http://127.0.0.1:8500") is { } wrong)
            {
                problems.Add(wrong);
            }

            if (consul.TokenFile is { Length: 0 })
            {
                problems.Add(new($"{at}.tokenFile", "", "This names no file.", "the path of a file that holds the ACL token, or leave it out"));
            }

            if (consul.Timeout < TimeSpan.FromMilliseconds(100) || consul.Timeout > TimeSpan.FromSeconds(10))
            {
                problems.Add(new($"{at}.timeout", consul.Timeout.ToString(), "Outside 100 ms to 10 s.", "2s"));
            }

            problems.AddRange(Places(consul, at));
        }

        return problems;
    }

    private static IEnumerable<FieldProblem> Places(ConsulOptions consul, string at)
    {
        foreach (var (field, value) in (ReadOnlySpan<(string, string?)>)[("datacenter", consul.Datacenter), ("namespace", consul.Namespace), ("partition", consul.Partition)])
        {
            if (value is not null && (value.Length is 0 or > MaxCharacters || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            {
                return [new($"{at}.{field}", value, "This is no name in Consul.", $"use at most {MaxCharacters} of A-Z, a-z, 0-9, - and _, or leave it out")];
            }
        }

        return [];
    }
}
