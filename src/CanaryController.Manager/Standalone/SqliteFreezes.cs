using System.Text.Json;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Standalone;

/// <summary>Freezes: those that the API made, and the last good text of those of the folder, so that a folder that cannot be read after a restart opens nothing.</summary>
internal sealed class SqliteFreezes(SqliteDatabase database)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<KnownFreeze> Load() => database.Query(static scope => scope.Read(
        "SELECT file, body FROM freezes ORDER BY kind, namespace, name, file",
        static row => KnownFreeze.Of(JsonSerializer.Deserialize(row.GetString(1), RolloutJson.Default.FreezeWindow)!, row.GetString(0) is { Length: > 0 } file ? file : null)));

    /// <summary>Remembers what the folder says now; those of <paramref name="kept"/> files stay as they were.</summary>
    public void SaveFolder(IReadOnlyList<KnownFreeze> freezes, IReadOnlySet<string> kept) => database.Transact(scope =>
    {
        foreach (var file in scope.Read("SELECT DISTINCT file FROM freezes WHERE file <> ''", static row => row.GetString(0)).Where(file => !kept.Contains(file)))
        {
            scope.Execute("DELETE FROM freezes WHERE file = $1", file);
        }

        foreach (var freeze in freezes.Where(freeze => freeze.Window is not null && !kept.Contains(freeze.File!)))
        {
            Insert(scope, freeze.Window!, freeze.File!);
        }

        return freezes.Count;
    });

    /// <summary>Remembers one that the API made.</summary>
    public void Add(FreezeWindow window) => database.Transact(scope => Insert(scope, window, ""));

    /// <summary>Forgets one that the API made.</summary>
    public void Remove(FreezeWindow window) => database.Transact(scope => scope.Execute(
        "DELETE FROM freezes WHERE kind = $1 AND namespace = $2 AND name = $3 AND file = ''", window.Kind, NamespaceOf(window), window.Metadata.Name));

    private static int Insert(SqliteScope scope, FreezeWindow window, string file) => scope.Execute(
        "INSERT INTO freezes (kind, namespace, name, file, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO UPDATE SET body = excluded.body",
        window.Kind, NamespaceOf(window), window.Metadata.Name, file, RolloutJson.Write(window));

    private static string NamespaceOf(FreezeWindow window) => window.IsCluster ? "" : window.Metadata.Namespace;
}
