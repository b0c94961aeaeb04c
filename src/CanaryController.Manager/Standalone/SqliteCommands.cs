using System.Text.Json;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Persistence;
using Microsoft.Data.Sqlite;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// Commands are stored before anybody decides about them and answered in the transaction of the decision, so a restart neither loses one nor
/// carries one out twice. Those without an answer are kept in memory too, in the order they came.
/// </summary>
internal sealed class SqliteCommands : ICommands
{
    private const string Columns = "id, namespace, name, at, actor, action, revision, expected_target, step_index, comment, status, message, identity, attempt";

    private readonly Lock _gate = new();
    private readonly SqliteDatabase _database;
    private readonly Dictionary<RolloutKey, Queue<RolloutCommand>> _open = [];

    public SqliteCommands(SqliteDatabase database)
    {
        _database = database;
        foreach (var stored in database.Query(static scope => scope.Read($"SELECT {Columns} FROM commands WHERE status IS NULL ORDER BY number", Row)))
        {
            OpenOf(stored.Key).Enqueue(stored.Command);
        }
    }

    /// <inheritdoc/>
    public Task<StoredCommand> AddAsync(RolloutKey key, RolloutCommand command, DateTimeOffset at, CancellationToken cancellation) =>
        Task.FromResult(Add(key, command, at));

    /// <summary>Stores <paramref name="command"/>, or finds the one of that id that came before.</summary>
    public StoredCommand Add(RolloutKey key, RolloutCommand command, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (Find(command.Id) is { } before)
            {
                return before;
            }

            _database.Transact(scope => scope.Execute(
                $"INSERT INTO commands ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, $11, $12)",
                command.Id, key.Namespace, key.Name, Moment(at), command.Actor, command.Action.ToString(), command.Revision, command.ExpectedTarget,
                command.StepIndex, command.Comment, command.Identity is { } who ? JsonSerializer.Serialize(who, CoreJson.Default.ApproverIdentity) : null, command.Attempt));
            OpenOf(key).Enqueue(command);
            return new(key, command, at, null);
        }
    }

    /// <inheritdoc/>
    public StoredCommand? Find(string id) =>
        _database.Query(scope => scope.Read($"SELECT {Columns} FROM commands WHERE id = $1", Row, id)).FirstOrDefault();

    /// <summary>The oldest one without an answer.</summary>
    public RolloutCommand? Next(RolloutKey key)
    {
        lock (_gate)
        {
            return _open.TryGetValue(key, out var open) ? open.Peek() : null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CommandView> Audit(RolloutKey key, int limit) =>
        _database.Query(scope => scope.Read(
            $"SELECT {Columns} FROM commands WHERE namespace = $1 AND name = $2 AND status IS NOT NULL ORDER BY number DESC LIMIT $3",
            static row => View(Row(row)), key.Namespace, key.Name, limit));

    /// <summary>Writes the answer, in the transaction of the decision.</summary>
    public static int Answer(SqliteScope scope, CommandAnswer answer) => scope.Execute(
        "UPDATE commands SET status = $2, message = $3 WHERE id = $1", answer.CommandId, answer.Result.Status.ToString(), answer.Result.Message);

    /// <summary>Called after that transaction.</summary>
    public void Answered(RolloutKey key, string commandId)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(key, out var open) && open.Peek().Id == commandId)
            {
                open.Dequeue();
                if (open.Count == 0)
                {
                    _open.Remove(key);
                }
            }
        }
    }

    /// <summary>Drops answered commands that came before <paramref name="before"/>, keeping the last <paramref name="keep"/> of each rollout.</summary>
    public int Prune(DateTimeOffset before, int keep) => _database.Transact(scope => scope.Execute(
        """
        DELETE FROM commands WHERE status IS NOT NULL AND at < $1 AND number IN (
          SELECT number FROM (SELECT number, row_number() OVER (PARTITION BY namespace, name ORDER BY number DESC) AS place FROM commands) WHERE place > $2)
        """,
        Moment(before), keep));

    private Queue<RolloutCommand> OpenOf(RolloutKey key)
    {
        if (!_open.TryGetValue(key, out var open))
        {
            _open[key] = open = new();
        }

        return open;
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("O");

    private static StoredCommand Row(SqliteDataReader row) => new(
        new(row.GetString(1), row.GetString(2)),
        new RolloutCommand
        {
            Id = row.GetString(0),
            Actor = row.GetString(4),
            Action = Enum.Parse<RolloutAction>(row.GetString(5)),
            Revision = SqliteScope.Text(row, 6),
            ExpectedTarget = SqliteScope.Text(row, 7),
            StepIndex = row.IsDBNull(8) ? null : row.GetInt32(8),
            Comment = SqliteScope.Text(row, 9),
            Identity = SqliteScope.Text(row, 12) is { } who ? JsonSerializer.Deserialize(who, CoreJson.Default.ApproverIdentity) : null,
            Attempt = row.IsDBNull(13) ? null : row.GetInt32(13),
        },
        DateTimeOffset.Parse(row.GetString(3)),
        SqliteScope.Text(row, 10) is { } status ? new(Enum.Parse<CommandStatus>(status), SqliteScope.Text(row, 11) ?? "") : null);

    private static CommandView View(StoredCommand stored) => new(
        stored.Command.Id, stored.At, stored.Command.Actor, stored.Command.Action, stored.Command.Revision, stored.Command.StepIndex + 1,
        stored.Command.Comment, stored.Answer!.Status, stored.Answer.Message)
    {
        Via = stored.Command.Identity?.Source,
    };
}
