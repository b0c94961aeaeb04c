using System.Text.Json;
using CanaryController.Manager.Traffic;
using CanaryController.Resources.Persistence;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Manager.Standalone;

/// <summary>The last good text of each resource, read, so that a file that is broken or unreadable after a restart changes nothing.</summary>
internal sealed class SqliteSpecs(SqliteDatabase database)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<CatalogEntry> Load() => database.Query(static scope => scope.Read(
        "SELECT namespace, name, file, spec, declared, gateway, route, router, terms FROM specs",
        static row => new CatalogEntry
        {
            Key = new(row.GetString(0), row.GetString(1)),
            File = row.GetString(2),
            Content = new(
                JsonSerializer.Deserialize(row.GetString(3), CoreJson.Default.RolloutSpec)!,
                SqliteScope.Text(row, 4),
                new RouteTarget(row.GetString(5), row.GetString(6)) { Router = Enum.Parse<RouterType>(row.GetString(7)) })
            {
                Terms = SqliteScope.Text(row, 8) is { } terms ? JsonSerializer.Deserialize(terms, RolloutJson.Default.WindowTerms)! : WindowTerms.None,
            },
        }));

    /// <summary>Remembers <paramref name="entries"/> in one transaction.</summary>
    public void Save(IReadOnlyList<CatalogEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        database.Transact(scope =>
        {
            foreach (var entry in entries)
            {
                Save(scope, entry, entry.Content!);
            }

            return entries.Count;
        });
    }

    private static void Save(SqliteScope scope, CatalogEntry entry, ResourceContent content) => scope.Execute(
        """
        INSERT INTO specs (namespace, name, file, spec, declared, gateway, route, router, terms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO UPDATE SET file = excluded.file, spec = excluded.spec, declared = excluded.declared, gateway = excluded.gateway, route = excluded.route,
          router = excluded.router, terms = excluded.terms
        """,
        entry.Key.Namespace, entry.Key.Name, entry.File, JsonSerializer.Serialize(content.Spec, CoreJson.Default.RolloutSpec), content.DeclaredRevision,
        content.Target.Gateway, content.Target.Route, content.Target.Router.ToString(),
        JsonSerializer.Serialize(content.Terms, RolloutJson.Default.WindowTerms));
}
