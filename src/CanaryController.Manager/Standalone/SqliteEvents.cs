using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Persistence;
using Microsoft.Data.Sqlite;

namespace CanaryController.Manager.Standalone;

/// <summary>The transitions of all rollouts in one order: the outbox, the API's event stream and the history.</summary>
internal sealed class SqliteEvents(SqliteDatabase database) : IEventLog
{
    /// <inheritdoc/>
    public long LastId => database.Query(static scope => scope.Read("SELECT COALESCE(MAX(id), 0) FROM events", static row => row.GetInt64(0)))[0];

    /// <summary>Adds a transition, in the transaction that makes it.</summary>
    public static void Add(SqliteScope scope, RolloutKey key, Transition transition) => scope.Execute(
        "INSERT INTO events (namespace, name, sequence, body) VALUES ($1, $2, $3, $4)",
        key.Namespace, key.Name, transition.Sequence, JsonSerializer.Serialize(transition, CoreJson.Default.Transition));

    /// <inheritdoc/>
    public IReadOnlyList<StoredTransition> After(long id, int limit) => database.Query(scope => scope.Read(
        "SELECT id, namespace, name, body FROM events WHERE id > $1 ORDER BY id LIMIT $2", Row, id, limit));

    /// <inheritdoc/>
    public IReadOnlyList<RolloutEvent> Of(RolloutKey key, int limit) => database.Query(scope => scope.Read(
        "SELECT id, namespace, name, body FROM events WHERE namespace = $1 AND name = $2 ORDER BY sequence DESC LIMIT $3",
        static row => Row(row).ToEvent(), key.Namespace, key.Name, limit));

    /// <summary>
    /// Takes the events that <paramref name="listener"/> has not announced, and moves its cursor past them in the same transaction, before anything is
    /// announced: a crash can lose the rest of a batch to a listener inside this process, but nothing is ever announced twice.
    /// </summary>
    public IReadOnlyList<StoredTransition> Claim(string listener, int limit)
    {
        if (Cursor(listener) >= LastId)
        {
            return [];
        }

        return database.Transact(scope =>
        {
            var events = scope.Read(
                "SELECT id, namespace, name, body FROM events WHERE id > COALESCE((SELECT event_id FROM cursors WHERE listener = $1), 0) ORDER BY id LIMIT $2",
                Row, listener, limit);
            if (events.Count > 0)
            {
                scope.Execute(
                    "INSERT INTO cursors (listener, event_id) VALUES ($1, $2) ON CONFLICT DO UPDATE SET event_id = excluded.event_id", listener, events[^1].Id);
            }

            return events;
        });
    }

    /// <summary>Drops all but the newest <paramref name="keep"/> events of each rollout.</summary>
    public int Prune(int keep) => database.Transact(scope => scope.Execute(
        """
        DELETE FROM events WHERE id IN (
          SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY namespace, name ORDER BY sequence DESC) AS place FROM events) WHERE place > $1)
        """,
        keep));

    private long Cursor(string listener) => database.Query(scope => scope.Read(
        "SELECT event_id FROM cursors WHERE listener = $1", static row => row.GetInt64(0), listener)).FirstOrDefault();

    private static StoredTransition Row(SqliteDataReader row) => new(
        row.GetInt64(0),
        new(row.GetString(1), row.GetString(2)),
        JsonSerializer.Deserialize(row.GetString(3), CoreJson.Default.Transition)!);
}
