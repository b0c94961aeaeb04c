using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>The webhooks that are configured, ordered by the names of their configurations. They are in force at once: a real API server needs a moment to notice.</summary>
internal sealed class WebhookConfigurations(Database database)
{
    public const string Group = "admissionregistration.k8s.io";
    private readonly Kept _mutating = new(database, $"{Group}/mutatingwebhookconfigurations", isMutating: true);
    private readonly Kept _validating = new(database, $"{Group}/validatingwebhookconfigurations", isMutating: false);

    public IReadOnlyList<Webhook> Mutating => _mutating.Current;

    public IReadOnlyList<Webhook> Validating => _validating.Current;

    private sealed class Kept(Database database, string resource, bool isMutating)
    {
        private volatile Read _last = new(ImmutableSortedDictionary<ObjectName, StoredObject>.Empty, []);

        public IReadOnlyList<Webhook> Current
        {
            get
            {
                var table = database.Table(resource);
                var last = _last;
                if (!ReferenceEquals(last.Table, table))
                {
                    _last = last = new(table, [.. table.Values.SelectMany(stored => (stored.Parse().List("webhooks") ?? []).OfType<JsonObject>().Select(webhook => new Webhook(stored.Name.Name, isMutating, webhook)))]);
                }

                return last.Webhooks;
            }
        }
    }

    private sealed record Read(ImmutableSortedDictionary<ObjectName, StoredObject> Table, IReadOnlyList<Webhook> Webhooks);
}
