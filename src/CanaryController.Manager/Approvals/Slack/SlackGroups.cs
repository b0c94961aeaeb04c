using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.Manager.Notifications;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>Who is in which user group of Slack. What Slack said counts for a minute; while it does not say, nobody is in a group.</summary>
internal sealed class SlackGroups(SlackApi slack, TimeProvider time)
{
    /// <summary>How long an answer counts.</summary>
    public static readonly TimeSpan CacheFor = TimeSpan.FromMinutes(1);

    private const int MaxKept = 200;

    private readonly ConcurrentDictionary<string, (HashSet<string> Users, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    /// <summary>Those of <paramref name="groups"/> that <paramref name="user"/> is in.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(SecretText token, string user, IEnumerable<string> groups, CancellationToken cancellation)
    {
        List<string> member = [];
        foreach (var group in groups.Distinct(StringComparer.Ordinal))
        {
            if ((await UsersAsync(token, group, cancellation)).Contains(user))
            {
                member.Add(group);
            }
        }

        return member;
    }

    private async Task<HashSet<string>> UsersAsync(SecretText token, string group, CancellationToken cancellation)
    {
        if (_known.TryGetValue(group, out var known) && known.Until > time.GetUtcNow())
        {
            return known.Users;
        }

        if (token.Problem is not null)
        {
            return [];
        }

        var answer = await slack.AskAsync(token, "usergroups.users.list", $"usergroup={Uri.EscapeDataString(group)}", cancellation);
        if (answer.Body?["users"] is not JsonArray users)
        {
            return [];
        }

        HashSet<string> found = new(users.OfType<JsonValue>().Select(each => each.TryGetValue<string>(out var id) ? id : "").Where(id => id.Length > 0), StringComparer.Ordinal);
        if (_known.Count >= MaxKept)
        {
            _known.Clear();
        }

        _known[group] = (found, time.GetUtcNow() + CacheFor);
        return found;
    }
}
