using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.Examples.Demo.Processes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>
/// Where one controller guards one namespace: a port, a certificate for it, and the configuration by which the API server asks there. It is called by its address, as nothing in the cluster leads to a
/// process of the test.
/// </summary>
internal sealed class GuardPost
{
    private const string Secret = "canary-controller-admission";

    /// <summary>A label of objects that the API server does not ask about: what nobody stamps.</summary>
    public const string UnaskedLabel = "e2e/unasked";

    private const string Ours = "canarycontroller.io";

    /// <summary>What drifts, and passes while nobody answers.</summary>
    private static readonly Hook[] _guards =
    [
        new("hold", "hold", "apps", "v1", "deployments", ["UPDATE"], "Ignore"),
        new("services", "services", "", "v1", "services", ["UPDATE"], "Ignore"),
        new("routes", "routes", "gateway.networking.k8s.io", "v1", "httproutes", ["UPDATE"], "Ignore"),
    ];

    /// <summary>What people ask for: it is stamped, or not taken.</summary>
    private static readonly Hook[] _stamps =
    [
        new("commands", "commands", Ours, "v1alpha1", "rolloutcommands", ["CREATE", "UPDATE"], "Fail"),
        new("approvals", "commands", Ours, "v1alpha1", "approvals", ["CREATE", "UPDATE"], "Fail"),
    ];

    /// <summary>What is read and refused.</summary>
    private static readonly Hook[] _checks =
    [
        new("rollouts", "rollouts", Ours, "v1alpha1", "rollouts", ["CREATE", "UPDATE"], "Ignore"),
        new("freezewindows", "freezewindows", Ours, "v1alpha1", "freezewindows", ["CREATE", "UPDATE"], "Ignore"),
        new("notificationchannels", "notificationchannels", Ours, "v1alpha1", "notificationchannels", ["CREATE", "UPDATE"], "Ignore"),
    ];

    private readonly string _name;
    private readonly string _certificate;

    private GuardPost(string name, string certificate, string folder, string user) =>
        (_name, _certificate, CertFile, KeyFile, User) = (name, certificate, Path.Combine(folder, $"{name}.crt"), Path.Combine(folder, $"{name}.key"), user);

    public int Port { get; } = FreePorts.Find(1)[0];

    public string CertFile { get; }

    public string KeyFile { get; }

    /// <summary>Who the controller is: its own writes are left alone.</summary>
    public string User { get; }

    /// <summary>Makes the certificate, and the Secret in the controller's home that it keeps a key in.</summary>
    public static async Task<GuardPost> MakeAsync(KubeClient client, string home, string folder, TimeProvider time, CancellationToken cancellation)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=canary-e2e", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(time.GetUtcNow().AddHours(-1), time.GetUtcNow().AddDays(1));
        var post = new GuardPost($"{home}-guards", certificate.ExportCertificatePem(), folder, await client.UserAsync(cancellation));
        await File.WriteAllTextAsync(post.CertFile, post._certificate, cancellation);
        await File.WriteAllTextAsync(post.KeyFile, key.ExportPkcs8PrivateKeyPem(), cancellation);
        var secret = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = Secret } };
        (await client.CreateAsync(KubeKind.Secret, home, secret, cancellation)).Done();
        return post;
    }

    /// <summary>From now on the API server asks about what others write in <paramref name="ns"/>.</summary>
    /// <param name="client">Who writes the configuration.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="isAway">It asks where nobody answers.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task OpenAsync(KubeClient client, string ns, bool isAway, CancellationToken cancellation)
    {
        var port = isAway ? FreePorts.Find(1)[0] : Port;
        var label = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["canarycontroller.io/admission"] = "enabled" } } };
        (await client.MergeAsync(KubeKind.Namespace, null, ns, label, cancellation)).Done();
        await ConfigureAsync(client, KubeKind.MutatingWebhookConfiguration, isAway ? _guards : [.. _guards, .. _stamps], ns, port, cancellation);
        await ConfigureAsync(client, KubeKind.ValidatingWebhookConfiguration, isAway ? [] : _checks, ns, port, cancellation);
    }

    /// <summary>It asks no longer.</summary>
    public async Task CloseAsync(KubeClient client)
    {
        await client.DeleteAsync(KubeKind.MutatingWebhookConfiguration, null, _name, CancellationToken.None);
        await client.DeleteAsync(KubeKind.ValidatingWebhookConfiguration, null, _name, CancellationToken.None);
    }

    private async Task ConfigureAsync(KubeClient client, KubeKind kind, IEnumerable<Hook> hooks, string ns, int port, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["apiVersion"] = kind.ApiVersion,
            ["kind"] = kind.Kind,
            ["metadata"] = new JsonObject { ["name"] = _name },
            ["webhooks"] = new JsonArray([.. hooks.Select(hook => Webhook(ns, port, hook, kind == KubeKind.MutatingWebhookConfiguration))]),
        };
        (await client.CreateAsync(kind, null, body, cancellation)).Done();
    }

    private JsonObject Webhook(string ns, int port, Hook hook, bool changes)
    {
        var webhook = Webhook(ns, port, hook);
        if (changes)
        {
            webhook["reinvocationPolicy"] = "IfNeeded";
        }

        return webhook;
    }

    private JsonObject Webhook(string ns, int port, Hook hook) => new()
    {
        ["name"] = $"{hook.Name}.canarycontroller.io",
        ["clientConfig"] = new JsonObject
        {
            ["url"] = $"https://127.0.0.1:{port}/admission/{hook.Path}",
            ["caBundle"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_certificate)),
        },
        ["rules"] = new JsonArray(new JsonObject
        {
            ["apiGroups"] = new JsonArray(hook.Group),
            ["apiVersions"] = new JsonArray(hook.Version),
            ["operations"] = new JsonArray([.. hook.Operations.Select(operation => (JsonNode)operation)]),
            ["resources"] = new JsonArray(hook.Plural),
        }),
        ["namespaceSelector"] = new JsonObject
        {
            ["matchLabels"] = new JsonObject { ["canarycontroller.io/admission"] = "enabled", ["kubernetes.io/metadata.name"] = ns },
        },
        ["objectSelector"] = new JsonObject { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = UnaskedLabel, ["operator"] = "DoesNotExist" }) },
        ["sideEffects"] = "None",
        ["failurePolicy"] = hook.FailurePolicy,
        // Longer than users wait: a machine that runs all the tests at once is slow, and an answer that comes too late counts as none.
        ["timeoutSeconds"] = 15,
        ["admissionReviewVersions"] = new JsonArray("v1"),
    };

    private sealed record Hook(string Name, string Path, string Group, string Version, string Plural, string[] Operations, string FailurePolicy);
}
