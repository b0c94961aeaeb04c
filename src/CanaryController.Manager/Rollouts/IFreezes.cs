using CanaryController.Core;
using CanaryController.Resources;
using CanaryController.Resources.Rollouts;
using CanaryController.Resources.Windows;

namespace CanaryController.Manager.Rollouts;

/// <summary>The freezes that are known. Reads memory only.</summary>
internal interface IFreezes
{
    /// <summary>Those that are meant for a rollout, whether they last now or not; one that cannot be read is meant for everybody who may be.</summary>
    IReadOnlyList<Freeze> For(RolloutKey rollout, EquatableArray<KeyValuePair<string, string>> labels);

    /// <summary>Those of a namespace and those of all; of all namespaces with null. With each what was written (null when it cannot be read) and the file where it stands.</summary>
    IReadOnlyList<(FreezeWindow? Window, Freeze Freeze, string? File)> Of(string? ns);
}

/// <summary>Makes and ends freezes where the API may do that: without Kubernetes, where they are no objects that people write themselves.</summary>
internal interface IFreezeKeeper
{
    /// <summary>Adds one. False when one of that name is there.</summary>
    /// <exception cref="StoreUnavailableException">It could not be stored, and is not in force.</exception>
    bool Add(FreezeWindow window);

    /// <summary>Ends one that <see cref="Add"/> made. Null when that is done, else the file in which it stands; an empty text when there is none of that name.</summary>
    /// <exception cref="StoreUnavailableException">It could not be stored, and stays in force.</exception>
    string? End(string ns, string name);
}
