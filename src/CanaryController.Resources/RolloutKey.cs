namespace CanaryController.Resources;

/// <summary>Names a rollout.</summary>
/// <param name="Namespace">The namespace; standalone it is a label like any other, <c>default</c> when left out.</param>
/// <param name="Name">The name, unique in the namespace.</param>
public readonly record struct RolloutKey(string Namespace, string Name) : IComparable<RolloutKey>
{
    /// <inheritdoc/>
    public int CompareTo(RolloutKey other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
