namespace CanaryController.ApiServerStub;

/// <summary>What a user or the members of a group may do. It is what access reviews answer and what impersonating asks; other requests are not checked.</summary>
/// <param name="Subject">The name of a user or of a group.</param>
public sealed record StubGrant(string Subject)
{
    private const string All = "*";

    /// <summary>Like <c>get</c>; <c>*</c> (default) = all.</summary>
    public string Verb { get; init; } = All;

    /// <summary>Like <c>apps/deployments</c>, <c>core/pods</c> or <c>apps/deployments/scale</c>, or the path of what is no resource; <c>*</c> (default) = all.</summary>
    public string Resource { get; init; } = All;

    /// <summary>Empty = what has no namespace, and lists of all; <c>*</c> (default) = all.</summary>
    public string Namespace { get; init; } = All;

    /// <summary>The object's name; <c>*</c> (default) = all.</summary>
    public string Name { get; init; } = All;

    internal bool Allows(StubUser user, string verb, string resource, string ns, string name) =>
        (Subject == user.Name || user.Groups.Contains(Subject, StringComparer.Ordinal)) && Has(Verb, verb) && Has(Resource, resource) && Has(Namespace, ns) && Has(Name, name);

    private static bool Has(string granted, string wanted) => granted == All || granted == wanted;
}
