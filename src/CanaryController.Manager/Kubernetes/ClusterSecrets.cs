using System.Collections.Concurrent;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Notifications;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Kubernetes;

/// <summary>
/// Values of Secrets, by one get each: the controller may read those of a few names only, so nothing is listed or watched. An answer counts for a minute, one that a value is missing for 10 seconds.
/// </summary>
internal sealed class ClusterSecrets(IKubeApi api, TimeProvider time) : ISecretTexts
{
    /// <summary>How long a value counts.</summary>
    public static readonly TimeSpan CacheFor = TimeSpan.FromMinutes(1);

    private const int MaxKept = 1_000;
    private static readonly TimeSpan MissingFor = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Namespace, string Name, string Key), Known> _known = new();

    /// <inheritdoc/>
    public async Task<SecretText> ReadAsync(string ns, SecretKeySection reference, CancellationToken cancellation)
    {
        var id = (ns, reference.Name, reference.Key);
        if (_known.TryGetValue(id, out var known) && known.Until > time.GetUtcNow())
        {
            return known.Text;
        }

        var text = await AskAsync(ns, reference, cancellation);
        if (_known.Count >= MaxKept)
        {
            _known.Clear();
        }

        _known[id] = new(text, time.GetUtcNow() + (text.Problem is null ? CacheFor : MissingFor));
        return text;
    }

    private async Task<SecretText> AskAsync(string ns, SecretKeySection reference, CancellationToken cancellation)
    {
        var answer = await api.GetAsync(ObjectKind.Secret, new(ns, reference.Name), cancellation);
        if (answer.Body is not { } body)
        {
            var fix = answer.Outcome is KubeOutcome.Forbidden ? " The chart's value notifications.secrets names the Secrets that may be read." : "";
            return SecretText.Missing($"The Secret {ns}/{reference.Name} cannot be read: {answer.Problem}{fix}");
        }

        if (body["data"]?[reference.Key] is not { } value || value.GetValueKind() is not System.Text.Json.JsonValueKind.String)
        {
            return SecretText.Missing($"The Secret {ns}/{reference.Name} has no key {reference.Key}.");
        }

        var bytes = new byte[value.GetValue<string>().Length];
        return Convert.TryFromBase64String(value.GetValue<string>(), bytes, out var length)
            ? SecretText.Of(bytes.AsSpan(0, length))
            : SecretText.Missing($"The key {reference.Key} of the Secret {ns}/{reference.Name} is not base64.");
    }

    private sealed record Known(SecretText Text, DateTimeOffset Until);
}
