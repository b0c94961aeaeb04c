namespace CanaryController.ApiServerStub.Faults;

/// <summary>One request, as the log keeps it and faults see it.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete or deletecollection; the HTTP method in lower case for what is no resource.</param>
/// <param name="Resource">Like <c>apps/deployments</c> or <c>core/pods</c>; the path for what is no resource.</param>
/// <param name="Subresource">Empty for the object itself.</param>
/// <param name="Namespace">Empty for all, or for what has none.</param>
/// <param name="Name">Empty for a list.</param>
/// <param name="UserAgent">As the client calls itself.</param>
/// <param name="IsDryRun">Whether nothing is to be stored.</param>
public sealed record StubRequest(string Verb, string Resource, string Subresource, string Namespace, string Name, string UserAgent, bool IsDryRun)
{
    /// <summary>The HTTP status that was answered; 0 while there is none, or when the connection was closed instead.</summary>
    public int Status { get; init; }

    /// <summary>Whether it changes something.</summary>
    public bool IsWrite => Verb is "create" or "update" or "patch" or "delete" or "deletecollection" && !IsDryRun;
}
