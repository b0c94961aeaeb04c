using CanaryController.Core;

namespace CanaryController.Resources.Rollouts;

/// <summary><c>approvers</c>: who may approve a step. Whoever is in one of the lists may.</summary>
public sealed record ApproversSection
{
    /// <summary>The most names in one list.</summary>
    public const int MaxNames = 50;

    /// <summary>The longest name of a user, group, token or key.</summary>
    public const int MaxNameCharacters = 253;

    /// <summary>Users of the cluster, as admission and TokenReview name them: at most 50.</summary>
    public EquatableArray<string> Users { get; init; }

    /// <summary>Groups of the cluster: at most 50.</summary>
    public EquatableArray<string> Groups { get; init; }

    /// <summary>Names of tokens of the controller's section <c>api.tokens</c>: at most 50.</summary>
    public EquatableArray<string> Tokens { get; init; }

    /// <summary>Slack user ids, like U012AB3CD: at most 50.</summary>
    public EquatableArray<string> SlackUsers { get; init; }

    /// <summary>Slack user group ids, like S0614TZR7: at most 50.</summary>
    public EquatableArray<string> SlackGroups { get; init; }

    /// <summary>Names of keys of the controller's section <c>approvals.webhooks.keys</c>: at most 50.</summary>
    public EquatableArray<string> WebhookKeys { get; init; }

    /// <summary>People with several names: each may approve, and counts once, whichever way the answer comes. At most 50.</summary>
    public EquatableArray<PersonSection> People { get; init; }
}

/// <summary><c>people[]</c>: one person's names.</summary>
public sealed record PersonSection
{
    /// <summary>What the person is called; unique in the list. Required.</summary>
    public string Name { get; init; } = "";

    /// <summary>The user of the cluster. Left out: none.</summary>
    public string? User { get; init; }

    /// <summary>The token of <c>api.tokens</c>. Left out: none.</summary>
    public string? Token { get; init; }

    /// <summary>The Slack user id, like U012AB3CD. Left out: none.</summary>
    public string? SlackUser { get; init; }
}
