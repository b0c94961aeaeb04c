using System.Diagnostics.CodeAnalysis;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>
/// Follows the Secret and the webhook configurations, each by its name. They are no part of <see cref="Informers"/>: a permission that is missing here must not keep the rollouts from being led.
/// </summary>
internal sealed class AdmissionObjects : BackgroundService
{
    private readonly Informer<AdmissionSecret> _secret;
    private readonly List<Informer<WebhookConfiguration>> _configurations = [];
    private readonly AdmissionOptions _options;

    public AdmissionObjects(AdmissionOptions options, KubeConnection connection, KubeTransport transport, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        SecretName = new(connection.Namespace ?? "default", options.Secret);
        _secret = new(transport, new(ObjectKind.Secret, SecretName.Namespace, null, options.Secret), AdmissionSecret.Project, time, loggers.CreateLogger<Informer<AdmissionSecret>>());
        _secret.Cache.Changed += (_, _) => Changed?.Invoke();
        if (options is { IsMounted: false, Configurations.Length: > 0 })
        {
            foreach (var kind in new[] { ObjectKind.MutatingWebhooks, ObjectKind.ValidatingWebhooks })
            {
                var logger = loggers.CreateLogger<Informer<WebhookConfiguration>>();
                var informer = new Informer<WebhookConfiguration>(transport, new(kind, null, null, options.Configurations), WebhookConfiguration.Project, time, logger);
                informer.Cache.Changed += (_, _) => Changed?.Invoke();
                _configurations.Add(informer);
            }
        }
    }

    /// <summary>One of them changed. Handlers are quick.</summary>
    [SuppressMessage("Design", "MA0046", Justification = "There is nothing else to say.")]
    public event Action? Changed;

    /// <summary>The Secret's name.</summary>
    public ObjectName SecretName { get; }

    /// <summary>The Secret; null when it is not there, or not read yet.</summary>
    public AdmissionSecret? Secret => _secret.Cache.Find(SecretName);

    /// <summary>Where what was written is put.</summary>
    public ObjectCache<AdmissionSecret> Secrets => _secret.Cache;

    /// <summary>What signs stamps, and checks them; null when it is not known (yet).</summary>
    public byte[]? StampKey => Secret?.StampKey;

    /// <summary>The configurations whose caBundle we keep, as far as they are there and can be read.</summary>
    public IEnumerable<(ObjectCache<WebhookConfiguration> Cache, ObjectKind Kind, WebhookConfiguration Configuration)> Configurations =>
        from informer in _configurations
        let found = informer.Cache.Find(new("", _options.Configurations))
        where found is not null
        select (informer.Cache, informer.Kind, found);

    /// <summary>All was read, but for configurations that we may not read.</summary>
    public bool IsRead => _secret.IsSynced && _configurations.TrueForAll(informer => informer.IsSynced || informer.Problems.Count > 0);

    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems => [.. _secret.Problems, .. _configurations.SelectMany(informer => informer.Problems)];

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_configurations.Append<IInformer>(_secret).Select(informer => RunAsync(informer, stoppingToken)));

    /// <summary>That one is not there is news too, once it is known.</summary>
    private async Task RunAsync(IInformer informer, CancellationToken stopping)
    {
        var running = informer.RunAsync(stopping);
        await Task.WhenAny(running, informer.WhenSyncedAsync(stopping));
        Changed?.Invoke();
        await running;
    }
}
