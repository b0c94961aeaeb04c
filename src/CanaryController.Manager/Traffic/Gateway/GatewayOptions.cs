using CanaryController.Manager.Outbound;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Traffic.Gateway;

/// <summary>One entry of the configuration's list <c>gateways</c>.</summary>
internal sealed record GatewayOptions
{
    /// <summary>How rollouts name this gateway; unique.</summary>
    public string Name { get; init; } = "";

    /// <summary>The admin address, for example <c>http://127.0.0.1:9091</c>.</summary>
    public string Url { get; init; } = "";

    /// <summary>The file that holds the admin token; read for each request. Required.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>How long one request may take. Default 2 seconds; 100 ms to 10 s. Short, because an abort waits for it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Checks the list <c>gateways</c>, all of it at once.</summary>
internal static class GatewayOptionsValidator
{
    /// <summary>All that is wrong; empty when nothing is.</summary>
    public static IReadOnlyList<FieldProblem> Validate(IReadOnlyList<GatewayOptions> gateways, string path = "gateways")
    {
        var problems = new List<FieldProblem>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < gateways.Count; index++)
        {
            var (gateway, at) = (gateways[index], $"{path}[{index}]");
            if (gateway.Name.Length == 0)
            {
                problems.Add(new($"{at}.name", null, "A gateway needs a name.", "the name that rollouts use in traffic.gateway"));
            }
            else if (!names.Add(gateway.Name))
            {
                problems.Add(new($"{at}.name", gateway.Name, "Another gateway has this name.", "a unique name"));
            }

            if (EndpointUrl.Check($"{at}.url", gateway.Url, "http://127.0.0.1:9091") is { } wrong)
            {
                problems.Add(wrong);
            }

            if (gateway.TokenFile.Length == 0)
            {
                problems.Add(new($"{at}.tokenFile", null, "The admin API wants a token.", "the path of a file that holds it"));
            }

            if (gateway.Timeout < TimeSpan.FromMilliseconds(100) || gateway.Timeout > TimeSpan.FromSeconds(10))
            {
                problems.Add(new($"{at}.timeout", gateway.Timeout.ToString(), "Outside 100 ms to 10 s.", "2s"));
            }
        }

        return problems;
    }
}
