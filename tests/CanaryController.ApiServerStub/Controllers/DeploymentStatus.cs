using System.Text.Json.Nodes;

namespace CanaryController.ApiServerStub.Controllers;

/// <summary>One condition of a Deployment; the times are as the API writes them.</summary>
internal sealed record DeploymentCondition(string Type, string Status, string Reason, string Message, string UpdatedAt, string TransitionedAt);

/// <summary>A Deployment's status. Numbers that are 0 are left out of the object, as the API does.</summary>
internal sealed record DeploymentStatus
{
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";

    public long ObservedGeneration { get; init; }

    public int Replicas { get; init; }

    public int UpdatedReplicas { get; init; }

    public int ReadyReplicas { get; init; }

    public int AvailableReplicas { get; init; }

    public int UnavailableReplicas { get; init; }

    public int? CollisionCount { get; init; }

    public IReadOnlyList<DeploymentCondition> Conditions { get; init; } = [];

    public static DeploymentStatus Read(JsonObject deployment) => new()
    {
        ObservedGeneration = deployment.Number("status", "observedGeneration") ?? 0,
        Replicas = deployment.Count("status", "replicas"),
        UpdatedReplicas = deployment.Count("status", "updatedReplicas"),
        ReadyReplicas = deployment.Count("status", "readyReplicas"),
        AvailableReplicas = deployment.Count("status", "availableReplicas"),
        UnavailableReplicas = deployment.Count("status", "unavailableReplicas"),
        CollisionCount = (int?)deployment.Number("status", "collisionCount"),
        Conditions = [.. deployment.Items("status", "conditions").Select(c => new DeploymentCondition(
            c.Text("type") ?? "", c.Text("status") ?? "", c.Text("reason") ?? "", c.Text("message") ?? "", c.Text("lastUpdateTime") ?? "", c.Text("lastTransitionTime") ?? ""))],
    };

    public DeploymentCondition? Condition(string type) => Conditions.FirstOrDefault(c => c.Type == type);

    /// <summary>Sets a condition. One with the same status and reason stays as it is, times and message included.</summary>
    public DeploymentStatus With(DeploymentCondition condition)
    {
        var current = Condition(condition.Type);
        if (current?.Status == condition.Status)
        {
            if (current.Reason == condition.Reason)
            {
                return this;
            }

            condition = condition with { TransitionedAt = current.TransitionedAt };
        }

        return this with { Conditions = [.. Without(condition.Type).Conditions, condition] };
    }

    public DeploymentStatus Without(string type) => this with { Conditions = [.. Conditions.Where(c => c.Type != type)] };

    public bool SameAs(DeploymentStatus other) =>
        this with { Conditions = other.Conditions } == other && Conditions.SequenceEqual(other.Conditions);

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        Add("observedGeneration", ObservedGeneration);
        Add("replicas", Replicas);
        Add("updatedReplicas", UpdatedReplicas);
        Add("readyReplicas", ReadyReplicas);
        Add("availableReplicas", AvailableReplicas);
        Add("unavailableReplicas", UnavailableReplicas);
        if (CollisionCount is { } count)
        {
            json["collisionCount"] = count;
        }

        if (Conditions.Count > 0)
        {
            json["conditions"] = new JsonArray([.. Conditions.Select(c => new JsonObject
            {
                ["type"] = c.Type,
                ["status"] = c.Status,
                ["lastUpdateTime"] = c.UpdatedAt,
                ["lastTransitionTime"] = c.TransitionedAt,
                ["reason"] = c.Reason,
                ["message"] = c.Message,
            })]);
        }

        return json;

        void Add(string name, long value)
        {
            if (value != 0)
            {
                json[name] = value;
            }
        }
    }
}
