namespace CanaryController.Manager.Api;

/// <summary>What a caller wants to do.</summary>
/// <param name="Verb">The kind of it.</param>
/// <param name="Namespace">Where; null = in all namespaces.</param>
/// <param name="Name">The rollout; null = those of the namespace.</param>
internal readonly record struct ApiAct(ApiVerb Verb, string? Namespace, string? Name = null);

/// <summary>What can be done over the API.</summary>
internal enum ApiVerb
{
    /// <summary>List rollouts.</summary>
    List,

    /// <summary>Read one, or its history.</summary>
    Get,

    /// <summary>Follow transitions as they happen.</summary>
    Watch,

    /// <summary>All commands but approve, reject and break-glass.</summary>
    Operate,

    /// <summary>Approve and reject.</summary>
    Approve,

    /// <summary>Break the glass.</summary>
    BreakGlass,

    /// <summary>Make a freeze.</summary>
    Freeze,

    /// <summary>End a freeze before its time; the act's name is the freeze's.</summary>
    EndFreeze,
}
