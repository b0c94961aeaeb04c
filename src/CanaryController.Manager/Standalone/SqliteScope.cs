using Microsoft.Data.Sqlite;

namespace CanaryController.Manager.Standalone;

/// <summary>Statements within one transaction, or outside any when only reading. Parameters are <c>$1</c>, <c>$2</c>, …</summary>
internal readonly struct SqliteScope(SqliteConnection connection, SqliteTransaction? transaction, Action<string> beforeStatement)
{
    /// <summary>Runs a statement that writes; returns the number of rows it changed.</summary>
    public int Execute(string text, params ReadOnlySpan<object?> values)
    {
        beforeStatement(text);
        using var command = Command(text, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Reads all rows.</summary>
    public List<T> Read<T>(string text, Func<SqliteDataReader, T> row, params ReadOnlySpan<object?> values)
    {
        using var command = Command(text, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    /// <summary>Text, or null.</summary>
    public static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private SqliteCommand Command(string text, ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Texts are constants of the callers; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters.AddWithValue($"${index + 1}", values[index] ?? DBNull.Value);
        }

        return command;
    }
}
