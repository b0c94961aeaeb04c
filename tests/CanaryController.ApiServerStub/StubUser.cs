using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub;

/// <summary>Somebody who asks, as webhooks and reviews are told.</summary>
/// <param name="Name">Like <c>jane</c> or <c>system:serviceaccount:default:builder</c>.</param>
public sealed record StubUser(string Name)
{
    /// <summary>Whom a server without tokens takes everybody for, and the user named <c>admin</c> of one with tokens.</summary>
    public static StubUser Admin { get; } = new("admin") { Uid = "admin", Groups = ["system:masters"] };

    /// <summary>Empty (default) = none is told.</summary>
    public string Uid { get; init; } = "";

    /// <summary>Those that every user of its sort is in (<c>system:authenticated</c>, <c>system:serviceaccounts</c>) are added.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>A service account.</summary>
    public static StubUser ServiceAccount(string ns, string name) => new($"{ServiceAccountPrefix}{ns}:{name}")
    {
        Uid = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{ns}/{name}")).AsSpan(0, 16)).ToString(),
    };

    internal const string ServiceAccountPrefix = "system:serviceaccount:";

    /// <summary>With the groups that nobody has to name.</summary>
    internal StubUser Complete()
    {
        var groups = Groups.ToList();
        if (Name.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal) && Name[ServiceAccountPrefix.Length..].Split(':') is [var ns, _] && !groups.Contains("system:serviceaccounts", StringComparer.Ordinal))
        {
            groups.AddRange(["system:serviceaccounts", $"system:serviceaccounts:{ns}"]);
        }

        if (Name != "system:anonymous" && !groups.Exists(group => group is "system:authenticated" or "system:unauthenticated"))
        {
            groups.Add("system:authenticated");
        }

        return this with { Groups = groups };
    }

    internal JsonObject ToJson()
    {
        var json = new JsonObject { ["username"] = Name };
        if (Uid != "")
        {
            json["uid"] = Uid;
        }

        if (Groups.Count > 0)
        {
            json["groups"] = new JsonArray([.. Groups.Select(group => JsonValue.Create(group))]);
        }

        if (Extra.Count > 0)
        {
            json["extra"] = new JsonObject(Extra.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)new JsonArray([.. entry.Value.Select(value => JsonValue.Create(value))]))));
        }

        return json;
    }
}
