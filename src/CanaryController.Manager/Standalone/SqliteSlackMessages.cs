using CanaryController.Manager.Approvals.Slack;
using CanaryController.Resources;

namespace CanaryController.Manager.Standalone;

/// <summary>The messages in SQLite.</summary>
internal sealed class SqliteSlackMessages(SqliteDatabase database) : ISlackMessages
{
    /// <inheritdoc/>
    public SlackMessage? Find(RolloutKey rollout, string channel) => database.Query(scope => scope.Read(
        "SELECT slack_channel, ts, revision, since FROM slack_messages WHERE namespace = $1 AND name = $2 AND channel = $3",
        static row => new SlackMessage(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3)),
        rollout.Namespace, rollout.Name, channel)).FirstOrDefault();

    /// <inheritdoc/>
    public Task KeepAsync(RolloutKey rollout, string channel, SlackMessage message, CancellationToken cancellation)
    {
        database.Transact(scope => scope.Execute(
            """
            INSERT INTO slack_messages (namespace, name, channel, slack_channel, ts, revision, since) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT DO UPDATE SET slack_channel = excluded.slack_channel, ts = excluded.ts, revision = excluded.revision, since = excluded.since
            """,
            rollout.Namespace, rollout.Name, channel, message.Channel, message.Ts, message.Revision, message.Since));
        return Task.CompletedTask;
    }
}
