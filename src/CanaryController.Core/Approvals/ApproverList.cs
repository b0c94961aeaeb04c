namespace CanaryController.Core.Approvals;

/// <summary>Who may approve a step. Whoever is in one of the lists may; an empty list allows nobody by itself.</summary>
public sealed record ApproverList
{
    /// <summary>Users of the cluster.</summary>
    public EquatableArray<string> Users { get; init; }

    /// <summary>Groups of the cluster.</summary>
    public EquatableArray<string> Groups { get; init; }

    /// <summary>Names of tokens of the controller's configuration.</summary>
    public EquatableArray<string> Tokens { get; init; }

    /// <summary>Slack user ids.</summary>
    public EquatableArray<string> SlackUsers { get; init; }

    /// <summary>Slack user group ids.</summary>
    public EquatableArray<string> SlackGroups { get; init; }

    /// <summary>Names of webhook keys of the controller's configuration.</summary>
    public EquatableArray<string> WebhookKeys { get; init; }

    /// <summary>People who are known by several names: each may approve, and counts once, whichever way the answer comes.</summary>
    public EquatableArray<ApproverPerson> People { get; init; }
}

/// <summary>One person's names.</summary>
/// <param name="Name">What the person is called; unique in its list.</param>
/// <param name="User">The user of the cluster.</param>
/// <param name="Token">The token of the configuration.</param>
/// <param name="SlackUser">The Slack user id.</param>
public sealed record ApproverPerson(string Name, string? User, string? Token, string? SlackUser)
{
    /// <summary>Whether <paramref name="who"/> is this person. What allows compares exactly; only what forbids looks past capitals.</summary>
    public bool Is(ApproverIdentity who) => who.Source switch
    {
        ApproverSource.Kubernetes => User == who.Name,
        ApproverSource.Token => Token == who.Name,
        ApproverSource.Slack => SlackUser == who.Name,
        ApproverSource.Webhook => false,
    };

    /// <summary>All names, by which an author may be told.</summary>
    public IEnumerable<string> Names => new[] { Name, User, Token, SlackUser }.OfType<string>();
}
