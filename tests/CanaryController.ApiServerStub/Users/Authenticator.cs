using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Users;

/// <summary>Tells who asks, by bearer token and by the headers of impersonation, and what they may do.</summary>
internal sealed class Authenticator(StubOptions options)
{
    private const string Extra = "Impersonate-Extra-";

    /// <summary>Null: nobody who is known.</summary>
    public StubUser? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return options.Tokens.Count == 0 ? StubUser.Admin.Complete() : header.StartsWith("Bearer ", StringComparison.Ordinal) ? OfToken(header["Bearer ".Length..]) : null;
    }

    public StubUser? OfToken(string token)
    {
        if (options.Tokens.GetValueOrDefault(token) is not { } name)
        {
            return null;
        }

        var user = options.Users.FirstOrDefault(user => user.Name == name) ?? (name == StubUser.Admin.Name ? StubUser.Admin : new StubUser(name));
        return user.Complete();
    }

    /// <summary>As whom a request is carried out.</summary>
    /// <exception cref="ApiException">The user may not act as that one.</exception>
    public StubUser Acting(HttpRequest request, StubUser user)
    {
        var name = request.Headers["Impersonate-User"].ToString();
        var groups = request.Headers["Impersonate-Group"].Select(group => group ?? "").ToList();
        var uid = request.Headers["Impersonate-Uid"].ToString();
        var extra = request.Headers.Where(header => header.Key.StartsWith(Extra, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => Uri.UnescapeDataString(header.Key[Extra.Length..].ToLowerInvariant()), header => (IReadOnlyList<string>)[.. header.Value.Select(value => value ?? "")], StringComparer.Ordinal);
        if (name == "")
        {
            return groups.Count + extra.Count == 0 && uid == "" ? user : throw Refusal.Of(500, "InternalError", "Internal error occurred: groups, a uid or extra fields are requested without impersonating a user");
        }

        CheckImpersonation(user, "users", name);
        groups.ForEach(group => CheckImpersonation(user, "groups", group));
        return new StubUser(name) { Groups = groups, Uid = uid, Extra = extra }.Complete();
    }

    /// <summary>Whether a user may do something.</summary>
    public bool Allows(StubUser user, string verb, string resource, string ns, string name) =>
        options.Grants.Count == 0 || user.Groups.Contains("system:masters", StringComparer.Ordinal) || options.Grants.Any(grant => grant.Allows(user, verb, resource, ns, name));

    private void CheckImpersonation(StubUser user, string plural, string name)
    {
        if (!Allows(user, "impersonate", $"core/{plural}", "", name))
        {
            throw Refusal.Of(403, "Forbidden", $"{plural} \"{name}\" is forbidden: User \"{user.Name}\" cannot impersonate resource \"{plural}\" in API group \"\" at the cluster scope", new() { ["name"] = name, ["kind"] = plural });
        }
    }
}
