using System.Globalization;
using CanaryController.Manager.Rollouts;
using Microsoft.Data.Sqlite;

namespace CanaryController.Manager.Standalone;

/// <summary>
/// The database file: one process at a time (a lock file that dies with the process), one connection that writes and reads, under one lock.
/// WAL with synchronous=FULL: a committed transaction survives kill -9 and power loss, an uncommitted one leaves no trace.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _owned;
    private readonly SqliteConnection _connection;
    private readonly Action<string> _beforeStatement;
    private volatile bool _lastWriteFailed;

    /// <summary>Opens or makes the database.</summary>
    /// <param name="path">The file.</param>
    /// <param name="beforeStatement">Called before each statement that writes, and before commit: where tests crash.</param>
    /// <exception cref="DatabaseUnusableException">Another process has it, a newer version wrote it, or it is not a database.</exception>
    public SqliteDatabase(string path, Action<string>? beforeStatement = null)
    {
        _beforeStatement = beforeStatement ?? (_ => { });
        _owned = Own(path);
        try
        {
            _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            _connection.Open();
            Prepare(path);
        }
        catch (SqliteException wrong)
        {
            Dispose();
            throw new DatabaseUnusableException($"{path}: {wrong.Message} Move the file away to begin with an empty one, or restore it.", wrong);
        }
        catch (DatabaseUnusableException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> as one transaction: all of it or nothing.</summary>
    /// <exception cref="StoreUnavailableException">It was nothing.</exception>
    public T Transact<T>(Func<SqliteScope, T> work)
    {
        lock (_gate)
        {
            try
            {
                using var transaction = _connection.BeginTransaction(deferred: false);
                var result = work(new(_connection, transaction, _beforeStatement));
                _beforeStatement("COMMIT");
                transaction.Commit();
                _lastWriteFailed = false;
                return result;
            }
            catch (SqliteException wrong)
            {
                _lastWriteFailed = true;
                throw new StoreUnavailableException($"The database cannot be written: {wrong.Message}", wrong);
            }
        }
    }

    /// <summary>Runs <paramref name="work"/>, which only reads.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read.</exception>
    public T Query<T>(Func<SqliteScope, T> work)
    {
        lock (_gate)
        {
            try
            {
                return work(new(_connection, null, _beforeStatement));
            }
            catch (SqliteException wrong)
            {
                throw new StoreUnavailableException($"The database cannot be read: {wrong.Message}", wrong);
            }
        }
    }

    /// <summary>Reads a little, and after a write that failed writes a little too: whether the next one may succeed.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot be used now.</exception>
    public void Probe()
    {
        Query(static scope => scope.Read("SELECT 1", static row => row.GetInt32(0)));
        if (_lastWriteFailed)
        {
            Transact(static scope => scope.Execute($"PRAGMA user_version={SqliteSchema.Version}"));
        }
    }

    /// <summary>Lets SQLite refresh its statistics, and brings the write-ahead log back to the file.</summary>
    public void Optimize()
    {
        lock (_gate)
        {
            Execute("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
        }
    }

    public void Dispose()
    {
        // Whoever is in the middle of a transaction finishes it.
        lock (_gate)
        {
            _connection?.Dispose();
            _owned.Dispose();
        }
    }

    private static FileStream Own(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseUnusableException($"{path}: {wrong.Message} Is another canary-manager running with it?", wrong);
        }
    }

    private void Prepare(string path)
    {
        Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=16777216;");
        using var command = _connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var version = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (version > SqliteSchema.Version)
        {
            throw new DatabaseUnusableException(
                $"{path}: written by a newer canary-manager (schema {version}, this one knows {SqliteSchema.Version}). Run that one, or restore a backup.");
        }

        if (version < SqliteSchema.Version)
        {
            Execute($"BEGIN IMMEDIATE; {SqliteSchema.StepsFrom(version)} PRAGMA user_version={SqliteSchema.Version}; COMMIT;");
        }
    }

    private void Execute(string text)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The texts are this file's constants.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}

/// <summary>The database cannot be used; the message says why and what to do.</summary>
internal sealed class DatabaseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
