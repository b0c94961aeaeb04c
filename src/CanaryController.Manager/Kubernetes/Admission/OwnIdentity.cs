using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Kubernetes.Admission;

/// <summary>
/// Our own user name, as the API server says it in admission requests: configured, else the service account of our token, else asked of the server. Found once; all replicas have the same.
/// </summary>
internal sealed class OwnIdentity(AdmissionOptions options, KubeConnection connection, IKubeApi api, Backoff backoff, TimeProvider time, ILogger<OwnIdentity> logger) : BackgroundService
{
    private static readonly string[] Versions = ["v1", "v1beta1", "v1alpha1"];
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private volatile string? _user = options.User;

    /// <summary>The name; null until it is known.</summary>
    public string? User => _user;

    /// <summary>Why it is not known; null when it is.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (var attempt = 1; _user is null; attempt++)
            {
                if (await FindAsync(stoppingToken) is { } found)
                {
                    _user = found;
                    break;
                }

                await Task.Delay(backoff.After(attempt, LongestRest), time, stoppingToken);
            }

            Problem = null;
            logger.KnowsItself(_user!);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the process.
        }
    }

    private async Task<string?> FindAsync(CancellationToken cancellation)
    {
        try
        {
            return await connection.ServiceAccountAsync(cancellation) ?? await AskAsync(cancellation);
        }
        catch (HttpRequestException wrong)
        {
            Report(wrong.Message);
            return null;
        }
    }

    private async Task<string?> AskAsync(CancellationToken cancellation)
    {
        foreach (var version in Versions)
        {
            var kind = new ObjectKind("authentication.k8s.io", version, "selfsubjectreviews", "SelfSubjectReview");
            var review = new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind, ["metadata"] = new JsonObject() };
            var answer = await api.CreateAsync(kind, "", review, cancellation);
            if (answer.Outcome is KubeOutcome.NotFound)
            {
                continue;
            }

            if (answer.Body?["status"]?["userInfo"]?["username"] is JsonValue value && value.TryGetValue<string>(out var name) && name.Length > 0)
            {
                return name;
            }

            Report(answer.Problem ?? "the server's answer names no user");
            return null;
        }

        Report("we have no service account's token, and this server has no SelfSubjectReview");
        return null;
    }

    private void Report(string why)
    {
        var isNews = Problem is null;
        Problem = $"Our own user name is not known, so no hook would leave our own requests alone: {why.TrimEnd('.')}. Set kubernetes.admission.user.";
        if (isNews)
        {
            logger.KnowsNotItself(Problem);
        }
    }
}
