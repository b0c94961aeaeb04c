using System.Globalization;
using System.Text.Json;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// The deliveries that wait, as rows. Those of a transition are made in the transaction that moves the cursor past it, and each goes when it is settled: a crash loses none, and may tell one twice.
/// </summary>
internal sealed class SqliteDeliveries(SqliteDatabase database, SqliteEvents events) : IDeliveryMemory
{
    /// <summary>The cursor's name in the database.</summary>
    public const string Listener = "outbox";

    /// <summary>All that wait, oldest first.</summary>
    /// <exception cref="StoreUnavailableException">They cannot be read.</exception>
    public IReadOnlyList<PendingDelivery> Load() => database.Query(static scope => scope.Read(
        "SELECT id, namespace, channel, since, asked, body FROM deliveries ORDER BY id",
        static row => new PendingDelivery(
            row.GetInt64(0),
            new(row.GetString(1), row.GetString(2)),
            DateTimeOffset.Parse(row.GetString(3), CultureInfo.InvariantCulture),
            JsonSerializer.Deserialize(row.GetString(5), NotificationJson.Default.Notification)!) { IsAsked = row.GetInt64(4) != 0 }));

    /// <summary>The stored transitions that no delivery was made of yet.</summary>
    /// <exception cref="StoreUnavailableException">They cannot be read.</exception>
    public IReadOnlyList<StoredTransition> Fresh(int limit) => events.After(Cursor(), limit);

    /// <summary>Stores the deliveries of all transitions up to <paramref name="lastEvent"/>, and returns them with their rows.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was stored.</exception>
    public IReadOnlyList<PendingDelivery> Add(IReadOnlyList<PendingDelivery> deliveries, long? lastEvent) => database.Transact(scope =>
    {
        var stored = new List<PendingDelivery>(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            var row = scope.Read(
                "INSERT INTO deliveries (namespace, channel, since, asked, body) VALUES ($1, $2, $3, $4, $5) RETURNING id",
                static row => row.GetInt64(0),
                delivery.Channel.Namespace, delivery.Channel.Name, delivery.Since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), delivery.IsAsked ? 1 : 0,
                JsonSerializer.Serialize(delivery.Notification, NotificationJson.Default.Notification));
            stored.Add(delivery with { Row = row[0] });
        }

        if (lastEvent is { } last)
        {
            scope.Execute("INSERT INTO cursors (listener, event_id) VALUES ($1, $2) ON CONFLICT DO UPDATE SET event_id = excluded.event_id", Listener, last);
        }

        return stored;
    });

    /// <inheritdoc/>
    public void Settle(PendingDelivery delivery) => database.Transact(scope => scope.Execute("DELETE FROM deliveries WHERE id = $1", delivery.Row));

    private long Cursor() => database.Query(static scope => scope.Read("SELECT event_id FROM cursors WHERE listener = $1", static row => row.GetInt64(0), Listener)).FirstOrDefault();
}
