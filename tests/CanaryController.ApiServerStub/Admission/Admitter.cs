using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Patches;
using CanaryController.ApiServerStub.Schemas;
using CanaryController.ApiServerStub.Storage;

namespace CanaryController.ApiServerStub.Admission;

/// <summary>Asks the webhooks about a write: those that change it one after the other, and again when one of them wants that; then those that judge it, all at once.</summary>
internal sealed class Admitter(Database database, CatalogKeeper catalogs, WebhookClient client, int seed) : IDisposable
{
    private readonly WebhookConfigurations _configurations = new(database);
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();

    /// <summary>Whether any webhook could be called. None ever is for their own configurations.</summary>
    public bool IsAsked(WriteRequest request) =>
        request.Type.Group != WebhookConfigurations.Group && _configurations.Mutating.Count + _configurations.Validating.Count > 0;

    /// <summary>The object as the webhooks want it: the same one when none changed it.</summary>
    /// <param name="attributes">What is asked.</param>
    /// <param name="decode">Reads and defaults an object that a webhook changed.</param>
    /// <param name="stop">Ends waiting.</param>
    /// <exception cref="ApiException">It is denied, or a webhook that must be asked cannot be.</exception>
    public async Task<JsonObject?> MutateAsync(AdmissionAttributes attributes, Func<JsonObject, JsonObject> decode, CancellationToken stop)
    {
        var again = new HashSet<string>(StringComparer.Ordinal);
        var invoked = new HashSet<string>(StringComparer.Ordinal);
        var hooks = _configurations.Mutating;
        for (var round = 1; round <= 2; round++)
        {
            var before = attributes.Object;
            foreach (var hook in hooks)
            {
                if ((round == 2 && !again.Contains(hook.Id)) || hook.Match(attributes, catalogs.Current, database) is not { } target)
                {
                    continue;
                }

                if (await ChangeAsync(hook, target, attributes, stop) is { } changed)
                {
                    attributes = attributes with { Object = decode(changed) };
                    again.UnionWith(invoked);
                    invoked.Clear();
                }

                if (hook.IsReinvoked)
                {
                    invoked.Add(hook.Id);
                }
            }

            if (ReferenceEquals(before, attributes.Object))
            {
                break;
            }
        }

        return attributes.Object;
    }

    /// <summary>Asks those that only judge.</summary>
    /// <exception cref="ApiException">It is denied, or a webhook that must be asked cannot be.</exception>
    public async Task ValidateAsync(AdmissionAttributes attributes, CancellationToken stop)
    {
        var matched = _configurations.Validating.Select(hook => (Hook: hook, Target: hook.Match(attributes, catalogs.Current, database))).Where(match => match.Target is not null).ToList();
        var asked = matched.ConvertAll(match => AskAsync(match.Hook, match.Target!, attributes, stop));
        await Task.WhenAll(asked);
    }

    public void Dispose() => client.Dispose();

    // Null when it changes nothing.
    private async Task<JsonObject?> ChangeAsync(Webhook hook, WebhookTarget target, AdmissionAttributes attributes, CancellationToken stop)
    {
        if (await AskAsync(hook, target, attributes, stop) is not { Patch: { } patch })
        {
            return null;
        }

        if (attributes.Object is not { } obj)
        {
            throw WebhookRefusals.Internal($"admission webhook \"{hook.Name}\" attempted to modify the object, which is not supported for this operation");
        }

        var sent = attributes.IsConvertible ? target.From(obj, attributes.Requested)! : obj;
        try
        {
            var patched = JsonPatch.Apply(sent, patch);
            var changed = attributes.IsConvertible ? attributes.Requested.From(patched, target)! : patched;
            return Canonical.Same(changed, obj) ? null : changed;
        }
        catch (ApiException wrong)
        {
            throw WebhookRefusals.Internal(wrong.Message);
        }
    }

    // Null: it could not be asked, and that does no harm.
    private async Task<WebhookAnswer?> AskAsync(Webhook hook, WebhookTarget target, AdmissionAttributes attributes, CancellationToken stop)
    {
        var uid = NextUid();
        WebhookAnswer answer;
        try
        {
            answer = WebhookAnswer.Read(await client.SendAsync(hook, AdmissionReviews.Ask(attributes, target, uid), stop), uid, hook.IsMutating);
        }
        catch (WebhookCallException failed)
        {
            return hook.FailsOpen ? null : throw WebhookRefusals.Internal($"failed calling webhook \"{hook.Name}\": {failed.Message}");
        }

        lock (attributes.Request.Warnings)
        {
            attributes.Request.Warnings.AddRange(answer.Warnings);
        }

        return answer.IsAllowed ? answer : throw WebhookRefusals.Denied(hook.Name, answer.Status);
    }

    private string NextUid()
    {
        var uid = new byte[16];
        lock (_gate)
        {
            _random.NextBytes(uid);
        }

        return new Guid(uid).ToString();
    }
}
