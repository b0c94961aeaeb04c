using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Persistence;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// The states in SQLite, with a copy in memory that is read instead: this process is the only one that writes, and the copy changes only after a commit.
/// </summary>
internal sealed class SqliteRolloutStore : IRolloutStore
{
    private readonly Lock _gate = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteCommands _commands;
    private readonly Dictionary<RolloutKey, StoredRollout> _states;

    public SqliteRolloutStore(SqliteDatabase database, SqliteCommands commands)
    {
        _database = database;
        _commands = commands;
        _states = database.Query(static scope => scope.Read(
            "SELECT namespace, name, resource_version, state FROM rollouts",
            static row => KeyValuePair.Create(
                new RolloutKey(row.GetString(0), row.GetString(1)),
                new StoredRollout(JsonSerializer.Deserialize(row.GetString(3), CoreJson.Default.RolloutState)!, row.GetInt64(2))))).ToDictionary();
    }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutKey> Keys
    {
        get
        {
            lock (_gate)
            {
                return [.. _states.Keys.Order()];
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<RolloutKey> Active
    {
        get
        {
            lock (_gate)
            {
                return [.. _states.Where(each => !each.Value.State.Phase.IsAtRest()).Select(each => each.Key)];
            }
        }
    }

    /// <inheritdoc/>
    public StoredRollout Read(RolloutKey key)
    {
        lock (_gate)
        {
            if (_states.TryGetValue(key, out var stored))
            {
                return stored;
            }
        }

        var sequence = _database.Query(scope => scope.Read(
            "SELECT sequence FROM forgotten WHERE namespace = $1 AND name = $2", static row => row.GetInt64(0), key.Namespace, key.Name)).FirstOrDefault();
        return new(new RolloutState { Sequence = sequence }, 0);
    }

    /// <inheritdoc/>
    public RolloutCommand? NextCommand(RolloutKey key) => _commands.Next(key);

    /// <inheritdoc/>
    public Task WriteAsync(RolloutWrite write, CancellationToken cancellation)
    {
        Write(write);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AnswerAsync(RolloutKey key, CommandAnswer answer, CancellationToken cancellation)
    {
        _database.Transact(scope => SqliteCommands.Answer(scope, answer));
        _commands.Answered(key, answer.CommandId);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>A command is checked before it is stored.</remarks>
    public Task<bool> SettleAsync(RolloutKey key, CancellationToken cancellation) => Task.FromResult(true);

    /// <inheritdoc/>
    public Task ForgetAsync(RolloutWrite last, CancellationToken cancellation)
    {
        Forget(last);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>The API shows what is in memory; nothing is kept beside the state.</remarks>
    public Task ShowAsync(RolloutShown shown, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Writes one decision and returns the new version, which rises by one a write; 0 before the first.</summary>
    public long Write(RolloutWrite write)
    {
        var version = write.ExpectedVersion + 1;
        var text = JsonSerializer.Serialize(write.State, CoreJson.Default.RolloutState);
        _database.Transact(scope =>
        {
            var rows = write.ExpectedVersion == 0
                ? scope.Execute(
                    "INSERT INTO rollouts (namespace, name, resource_version, state) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING",
                    write.Key.Namespace, write.Key.Name, text)
                : scope.Execute(
                    "UPDATE rollouts SET resource_version = $4, state = $3 WHERE namespace = $1 AND name = $2 AND resource_version = $5",
                    write.Key.Namespace, write.Key.Name, text, version, write.ExpectedVersion);
            return Finish(scope, write, rows);
        });
        lock (_gate)
        {
            _states[write.Key] = new(write.State, version);
        }

        Answered(write);
        return version;
    }

    /// <summary>Drops what is left of rollouts that are gone, when the newest of it is older than <paramref name="before"/>: events, commands, sequence.</summary>
    public int PruneForgotten(DateTimeOffset before) => _database.Transact(scope =>
    {
        var names = scope.Read(
            """
            SELECT namespace, name FROM forgotten AS gone
            WHERE NOT EXISTS (SELECT 1 FROM rollouts WHERE namespace = gone.namespace AND name = gone.name)
            AND COALESCE((SELECT json_extract(body, '$.at') FROM events WHERE namespace = gone.namespace AND name = gone.name ORDER BY sequence DESC LIMIT 1), '') < $1
            """,
            static row => (Namespace: row.GetString(0), Name: row.GetString(1)), before.UtcDateTime.ToString("O"));
        foreach (var (@namespace, name) in names)
        {
            scope.Execute("DELETE FROM events WHERE namespace = $1 AND name = $2", @namespace, name);
            scope.Execute("DELETE FROM commands WHERE namespace = $1 AND name = $2", @namespace, name);
            scope.Execute("DELETE FROM slack_messages WHERE namespace = $1 AND name = $2", @namespace, name);
            scope.Execute("DELETE FROM forgotten WHERE namespace = $1 AND name = $2", @namespace, name);
        }

        return names.Count;
    });

    private void Forget(RolloutWrite last)
    {
        _database.Transact(scope =>
        {
            var rows = scope.Execute(
                "DELETE FROM rollouts WHERE namespace = $1 AND name = $2 AND resource_version = $3",
                last.Key.Namespace, last.Key.Name, last.ExpectedVersion);
            scope.Execute(
                "INSERT INTO forgotten (namespace, name, sequence) VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET sequence = excluded.sequence",
                last.Key.Namespace, last.Key.Name, last.State.Sequence);
            scope.Execute("DELETE FROM specs WHERE namespace = $1 AND name = $2", last.Key.Namespace, last.Key.Name);
            return Finish(scope, last, last.ExpectedVersion == 0 ? 1 : rows);
        });
        lock (_gate)
        {
            _states.Remove(last.Key);
        }

        Answered(last);
    }

    private static int Finish(SqliteScope scope, RolloutWrite write, int rows)
    {
        if (rows != 1)
        {
            var found = scope.Read(
                "SELECT resource_version FROM rollouts WHERE namespace = $1 AND name = $2",
                static row => row.GetInt64(0), write.Key.Namespace, write.Key.Name).FirstOrDefault();
            throw new StaleStateException(write.Key, write.ExpectedVersion, found);
        }

        foreach (var transition in write.Transitions)
        {
            SqliteEvents.Add(scope, write.Key, transition);
        }

        if (write.Answer is { } answer)
        {
            SqliteCommands.Answer(scope, answer);
        }

        return rows;
    }

    private void Answered(RolloutWrite write)
    {
        if (write.Answer is { } answer)
        {
            _commands.Answered(write.Key, answer.CommandId);
        }
    }
}
