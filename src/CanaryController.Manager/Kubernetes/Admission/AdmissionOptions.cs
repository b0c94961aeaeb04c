using System.Net;
using CanaryController.Resources.Api;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>The configuration's section <c>kubernetes.admission</c>.</summary>
internal sealed record AdmissionOptions
{
    /// <summary>Where the API server calls: <c>https://</c> with an IP address or <c>localhost</c> and a port. Required; port 0 takes a free one.</summary>
    public required Uri Listen { get; init; }

    /// <summary>The Service in front, in our namespace, whose name the certificate carries. Default <c>canary-controller-webhook</c>.</summary>
    public string Service { get; init; } = "canary-controller-webhook";

    /// <summary>The Secret in our namespace that keeps CA, certificate and the stamp's key. Default <c>canary-controller-admission</c>.</summary>
    public string Secret { get; init; } = "canary-controller-admission";

    /// <summary>The name of the MutatingWebhookConfiguration and the ValidatingWebhookConfiguration whose caBundle is kept; empty = nobody's. Default <c>canary-controller</c>.</summary>
    public string Configurations { get; init; } = "canary-controller";

    /// <summary>A certificate (PEM, with intermediates) that somebody else renews, read again when it changes; null = we make our own. Together with <see cref="KeyFile"/>.</summary>
    public string? CertFile { get; init; }

    /// <summary>Its key (PEM).</summary>
    public string? KeyFile { get; init; }

    /// <summary>Our own user name; null = the service account of the token, else the server is asked.</summary>
    public string? User { get; init; }

    /// <summary>The certificate comes from files.</summary>
    public bool IsMounted => CertFile is not null;

    /// <summary>Where to listen; checked.</summary>
    public IPEndPoint EndPoint => new(AddressOf(Listen) ?? throw new InvalidOperationException("The options were not checked."), Listen.Port);

    /// <summary>The address that a URL names; null when it names a host whose address only DNS knows.</summary>
    public static IPAddress? AddressOf(Uri listen) =>
        string.Equals(listen.Host, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(listen.Host.Trim('[', ']'), out var address) ? address
        : null;
}

/// <summary>Checks the section <c>kubernetes.admission</c>, all of it at once.</summary>
internal static class AdmissionOptionsValidator
{
    /// <summary>All that is wrong; empty when nothing is.</summary>
    public static IReadOnlyList<FieldProblem> Validate(AdmissionOptions options, string path = "kubernetes.admission")
    {
        var problems = new List<FieldProblem>();
        if (options.Listen is not { IsAbsoluteUri: true, Scheme: "https", PathAndQuery: "/", UserInfo: "" } || AdmissionOptions.AddressOf(options.Listen) is null)
        {
            problems.Add(new($"{path}.listen", options.Listen.OriginalString, "An address like https://0.0.0.0:9443 is expected here: an IP address and a port.", "https://0.0.0.0:9443"));
        }

        if (!Names.IsDnsLabel(options.Service))
        {
            problems.Add(new($"{path}.service", options.Service, "Not the name of a Service.", "canary-controller-webhook"));
        }

        if (!Names.IsDnsSubdomain(options.Secret))
        {
            problems.Add(new($"{path}.secret", options.Secret, "Not the name of a Secret.", "canary-controller-admission"));
        }

        if (options.Configurations.Length > 0 && !Names.IsDnsSubdomain(options.Configurations))
        {
            problems.Add(new($"{path}.configurations", options.Configurations, "Not the name of a webhook configuration.", "canary-controller, or '' for nobody's"));
        }

        if ((options.CertFile is null) != (options.KeyFile is null))
        {
            var missing = options.CertFile is null ? "certFile" : "keyFile";
            problems.Add(new($"{path}.{missing}", null, "A certificate and its key come together.", "name both files, or none of them"));
        }

        problems.AddRange(from pair in new[] { ("certFile", options.CertFile), ("keyFile", options.KeyFile), ("user", options.User) }
                          where pair.Item2 is { } value && string.IsNullOrWhiteSpace(value)
                          select new FieldProblem($"{path}.{pair.Item1}", "", "Empty.", "a value, or leave it out"));
        return problems;
    }
}
