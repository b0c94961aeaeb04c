using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Api;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Http;

/// <summary>A request about a resource that is served.</summary>
internal sealed record Call(HttpContext Context, ApiPath Path, ResourceType Type, ResourceVersion Version, StubUser User, List<string> Warnings)
{
    private const int MaxManagerLength = 128;

    public CancellationToken Stop => Context.RequestAborted;

    public string? Query(string name) => Context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public bool IsDryRun => Query("dryRun") switch
    {
        null or "" => false,
        "All" => true,
        var other => throw Refusal.Of(422, "Invalid", $"CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: \"{other}\": supported values: \"All\""),
    };

    public WriteRequest Write(string? subresource = null) => new()
    {
        Type = Type,
        Version = Version,
        Namespace = Path.Namespace,
        Name = Path.Name,
        Subresource = subresource,
        Manager = Manager,
        DryRun = IsDryRun,
        User = User,
        Options = Options,
        Warnings = Warnings,
        FieldValidation = Query("fieldValidation") is { Length: > 0 } validation ? validation : "Warn",
    };

    /// <summary>Which objects a list, a watch or a deletion of several is about.</summary>
    public Selectors Selectors() => new(Type, Path.Namespace, Path.Name, Query("labelSelector"), Query("fieldSelector"));

    // As the client gave them: what it left out is not told.
    private JsonObject Options
    {
        get
        {
            var options = new JsonObject();
            if (IsDryRun)
            {
                options["dryRun"] = new JsonArray("All");
            }

            foreach (var name in new[] { "fieldManager", "fieldValidation" })
            {
                if (Query(name) is { Length: > 0 } value)
                {
                    options[name] = value;
                }
            }

            return options;
        }
    }

    /// <summary>fieldManager, or how the user agent begins.</summary>
    private string Manager
    {
        get
        {
            if (Query("fieldManager") is { Length: > 0 } named)
            {
                return named.Length <= MaxManagerLength ? named : throw Refusal.Of(422, "Invalid", $"fieldManager: Too long: may not be longer than {MaxManagerLength}");
            }

            var agent = Context.Request.Headers.UserAgent.ToString().Split('/')[0];
            return agent == "" ? "unknown" : agent[..Math.Min(agent.Length, MaxManagerLength)];
        }
    }
}
