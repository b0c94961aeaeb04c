namespace CanaryController.Core.Approvals;

/// <summary>Who answered, as somebody vouches for: never what a client says of itself.</summary>
/// <param name="Source">By what way, and so who vouches.</param>
/// <param name="Name">The user name that the API server says, the token's name, the Slack user id, or the webhook key's name.</param>
public sealed record ApproverIdentity(ApproverSource Source, string Name)
{
    /// <summary>Groups of Kubernetes, or user group ids of Slack; none elsewhere.</summary>
    public EquatableArray<string> Groups { get; init; }

    /// <summary>For people: <c>ann@example.com</c>, <c>token release</c>, <c>Slack user U012AB3CD</c>, <c>webhook key ci</c>.</summary>
    public string Describe() => Source switch
    {
        ApproverSource.Kubernetes => Name,
        ApproverSource.Token => $"token {Name}",
        ApproverSource.Slack => $"Slack user {Name}",
        ApproverSource.Webhook => $"webhook key {Name}",
    };
}

/// <summary>By what way an answer came.</summary>
public enum ApproverSource
{
    /// <summary>A user of the cluster: an object that admission stamped, or a token that the API server knows.</summary>
    Kubernetes,

    /// <summary>A token that the controller's configuration names, or a local user where none is asked for.</summary>
    Token,

    /// <summary>A button in Slack, by a request that Slack signed.</summary>
    Slack,

    /// <summary>A webhook that a key of the configuration signed.</summary>
    Webhook,
}
