namespace CanaryController.Resources.Rules;

/// <summary>Which rules a rollout is checked by.</summary>
public enum RolloutRules
{
    /// <summary>Those of the resource: what it means is said in one way.</summary>
    Resource,

    /// <summary>Those of the resource, and what the standalone manager of this version can carry out.</summary>
    Standalone,

    /// <summary>Those of the resource, and what the controller of this version can carry out on Kubernetes.</summary>
    Kubernetes,

    /// <summary>Those of where the document says that it is for: Standalone for the router Gateway, Kubernetes for all others.</summary>
    ByRouter,
}
