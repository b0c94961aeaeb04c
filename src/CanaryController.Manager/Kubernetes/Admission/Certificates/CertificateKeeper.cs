using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Kubernetes.Admission.Certificates;

/// <summary>
/// Carries out <see cref="CertificatePlanner"/>'s plans while this process leads, and serves what the Secret holds whether it leads or not. Each write holds only while its object is as it was
/// read. Idle, it asks nothing: it looks when something changes, and when a certificate is due.
/// </summary>
internal sealed class CertificateKeeper(
    AdmissionOptions options, AdmissionObjects objects, ServingCertificate serving, IKubeApi api, ILeadership leadership, Backoff backoff, TimeProvider time, ILogger<CertificateKeeper> logger)
    : BackgroundService
{
    private const int MaxSteps = 16;

    /// <summary>The longest rest while something fails. Permissions are given by people, who do not want to wait much longer.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    /// <summary>How long it is not tried again to write a configuration that we may not write.</summary>
    private static readonly TimeSpan RestWhenForbidden = TimeSpan.FromMinutes(10);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<ObjectKind, DateTimeOffset> _forbiddenUntil = [];
    private (string Signer, DateTimeOffset Since)? _trusted;
    private int _failures;
    private string? _problem;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        objects.Changed += () =>
        {
            Serve();
            _signal.Writer.TryWrite(true);
        };
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await leadership.WhenLeadingAsync(stoppingToken);
                await WaitAsync(await PassAsync(stoppingToken), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the process.
        }
    }

    /// <summary>Does what is to be done; answers how long nothing is.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "An error of ours must not leave the certificates to expire: it is logged, and tried again.")]
    internal async Task<TimeSpan> PassAsync(CancellationToken cancellation)
    {
        try
        {
            for (var step = 0; step < MaxSteps && objects.IsRead; step++)
            {
                var (secret, stored, now) = (objects.Secret, StoredCertificates.Read(objects.Secret), time.GetUtcNow());
                var plan = options.IsMounted
                    ? CertificatePlanner.PlanMounted(stored.Facts, now)
                    : CertificatePlanner.Plan(stored.Facts, Published(stored, now), CertificateMaker.Names(options, objects.SecretName.Namespace), now);
                if (!plan.ChangesSecret && !plan.Publish)
                {
                    (_failures, _problem) = (0, null);
                    return plan.LookAgainAt - now;
                }

                if (!(plan.ChangesSecret ? await WriteSecretAsync(secret, stored, plan, now, cancellation) : await PublishAsync(stored, now, cancellation)))
                {
                    return backoff.After(++_failures, LongestRest);
                }
            }
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            logger.KeeperFailed(wrong);
        }

        return objects.IsRead ? backoff.After(++_failures, LongestRest) : LongestRest;
    }

    private void Serve()
    {
        if (!options.IsMounted && objects.Secret is { } secret
            && secret.Text(AdmissionSecret.Certificate) is { Length: > 0 } certificate && secret.Text(AdmissionSecret.CertificateKey) is { Length: > 0 } key)
        {
            serving.Offer(certificate, key);
        }
    }

    /// <summary>Until something changes, or time is up. Who does not lead any more waits in <see cref="ILeadership.WhenLeadingAsync"/> after that.</summary>
    private async Task WaitAsync(TimeSpan rest, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(rest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await _signal.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time is up.
        }
    }

    private PublicationFacts Published(StoredCertificates stored, DateTimeOffset now)
    {
        var kept = Writable(now).ToList();
        if (kept.Count == 0 || stored.Authorities.Count == 0)
        {
            _trusted = null;
            return PublicationFacts.Unknown;
        }

        var (signer, pem) = stored.Authorities[0];
        var isTrusted = kept.TrueForAll(each => each.Configuration.Bundles.All(bundle => bundle.Contains(pem.Trim(), StringComparison.Ordinal)));
        _trusted = !isTrusted ? null : _trusted?.Signer == signer ? _trusted : (signer, now);
        return new()
        {
            IsKnown = true,
            IsComplete = kept.TrueForAll(each => each.Configuration.Bundles.All(bundle => bundle == stored.Bundle)),
            SignerTrustedSince = _trusted?.Since,
        };
    }

    private IEnumerable<(ObjectCache<WebhookConfiguration> Cache, ObjectKind Kind, WebhookConfiguration Configuration)> Writable(DateTimeOffset now) =>
        objects.Configurations.Where(each => !(_forbiddenUntil.TryGetValue(each.Kind, out var until) && now < until));

    private async Task<bool> PublishAsync(StoredCertificates stored, DateTimeOffset now, CancellationToken cancellation)
    {
        var bundle = Convert.ToBase64String(Encoding.UTF8.GetBytes(stored.Bundle));
        foreach (var (cache, kind, configuration) in Writable(now).ToList())
        {
            var patch = JsonPatch.At(configuration.Meta.ResourceVersion);
            for (var index = 0; index < configuration.Bundles.Count; index++)
            {
                if (configuration.Bundles[index] != stored.Bundle)
                {
                    patch.Add($"/webhooks/{index}/clientConfig/caBundle", bundle);
                }
            }

            if (patch.Count == 1)
            {
                continue;
            }

            var answer = await api.PatchAsync(kind, configuration.Meta.Name, patch, cancellation);
            if (answer.Body is { } body)
            {
                cache.Put(body.Project(WebhookConfiguration.Project));
                logger.BundlePublished(kind.Kind, configuration.Meta.Name.Name);
            }
            else if (answer.Outcome is KubeOutcome.Forbidden)
            {
                _forbiddenUntil[kind] = now + RestWhenForbidden;
                Report($"{answer.Problem} Allow get, list, watch and patch of it, or set kubernetes.admission.configurations to '' and fill its caBundle yourself.");
            }
            else if (answer.Outcome is KubeOutcome.NotFound)
            {
                cache.Remove(configuration.Meta.Name, configuration.Meta.Uid);
            }
            else
            {
                Report(answer.Problem!);
                return false;
            }
        }

        return true;
    }

    private async Task<bool> WriteSecretAsync(AdmissionSecret? secret, StoredCertificates stored, CertificatePlan plan, DateTimeOffset now, CancellationToken cancellation)
    {
        var (values, what) = Make(stored, plan, now);
        var answer = secret is null
            ? await api.CreateAsync(ObjectKind.Secret, objects.SecretName.Namespace, NewSecret(values), cancellation)
            : await api.PatchAsync(ObjectKind.Secret, objects.SecretName, Patch(secret, values), cancellation);
        if (answer.Body is { } body)
        {
            objects.Secrets.Put(body.Project(AdmissionSecret.Project));
            logger.SecretWritten(objects.SecretName, string.Join(", ", what));
            return true;
        }

        // Never in the server's words: they could quote what was sent.
        Report(secret is null && answer.Outcome is KubeOutcome.Forbidden
            ? $"The Secret {objects.SecretName} is not there, and we may not create it: kubectl create secret generic {options.Secret} -n {objects.SecretName.Namespace}"
            : $"The Secret {objects.SecretName} could not be written ({answer.Outcome}): the verbs get, list, watch and patch on it have to be allowed.");
        return false;
    }

    private (Dictionary<string, byte[]> Values, IReadOnlyList<string> What) Make(StoredCertificates stored, CertificatePlan plan, DateTimeOffset now)
    {
        var (values, what) = (new Dictionary<string, byte[]>(StringComparer.Ordinal), new List<string>());
        var authorities = stored.Authorities.Where(each => !plan.Drop.Contains(each.Id)).Select(each => each.Pem).ToList();
        if (plan.MakeStampKey)
        {
            values[AdmissionSecret.Stamp] = RandomNumberGenerator.GetBytes(AdmissionSecret.StampKeyBytes);
            what.Add("a key for stamps");
        }

        if (plan.MakeAuthority)
        {
            var made = CertificateMaker.Authority(now);
            authorities.Insert(0, made.Certificate);
            values[AdmissionSecret.AuthorityKey] = Encoding.UTF8.GetBytes(made.Key);
            what.Add("a CA");
        }

        if (plan.MakeAuthority || plan.Drop.Count > 0)
        {
            values[AdmissionSecret.AuthorityCertificate] = Encoding.UTF8.GetBytes(StoredCertificates.Join(authorities));
            what.Add($"a bundle of {authorities.Count}");
        }

        if (plan.MakeLeaf)
        {
            var made = CertificateMaker.Leaf(stored.Signer!, CertificateMaker.Names(options, objects.SecretName.Namespace), now);
            values[AdmissionSecret.Certificate] = Encoding.UTF8.GetBytes(made.Certificate);
            values[AdmissionSecret.CertificateKey] = Encoding.UTF8.GetBytes(made.Key);
            what.Add("a serving certificate");
        }

        return (values, what);
    }

    private JsonObject NewSecret(Dictionary<string, byte[]> values)
    {
        var data = new JsonObject();
        foreach (var (key, value) in values)
        {
            data[key] = Convert.ToBase64String(value);
        }

        return new()
        {
            ["apiVersion"] = ObjectKind.Secret.ApiVersion,
            ["kind"] = ObjectKind.Secret.Kind,
            ["metadata"] = new JsonObject { ["name"] = options.Secret, ["namespace"] = objects.SecretName.Namespace },
            ["type"] = "Opaque",
            ["data"] = data,
        };
    }

    private static JsonPatch Patch(AdmissionSecret secret, Dictionary<string, byte[]> values)
    {
        var patch = JsonPatch.At(secret.Meta.ResourceVersion);
        if (!secret.HasData)
        {
            patch.Add("/data", new JsonObject());
        }

        foreach (var (key, value) in values)
        {
            patch.Add($"/data/{JsonPatch.Escape(key)}", Convert.ToBase64String(value));
        }

        return patch;
    }

    private void Report(string problem)
    {
        if (_problem != problem)
        {
            _problem = problem;
            logger.CertificateProblem(problem);
        }
    }
}
