using System.Text;
using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>A MutatingWebhookConfiguration or ValidatingWebhookConfiguration: whom the API server trusts when it calls.</summary>
internal sealed class WebhookConfiguration : ICached
{
    private WebhookConfiguration(ObjectMeta meta, IReadOnlyList<string> bundles) => (Meta, Bundles) = (meta, bundles);

    /// <inheritdoc/>
    public ObjectMeta Meta { get; }

    /// <summary>Each webhook's caBundle (PEM), empty where there is none.</summary>
    public IReadOnlyList<string> Bundles { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> IndexKeys => [];

    /// <summary>Reads an object of the API server.</summary>
    public static WebhookConfiguration Project(JsonElement item) => new(ObjectMeta.Read(item), [.. item.Items("webhooks").Select(BundleOf)]);

    private static string BundleOf(JsonElement webhook) =>
        webhook.At("clientConfig", "caBundle") is { ValueKind: JsonValueKind.String } value && value.TryGetBytesFromBase64(out var bytes) ? Encoding.UTF8.GetString(bytes) : "";
}
