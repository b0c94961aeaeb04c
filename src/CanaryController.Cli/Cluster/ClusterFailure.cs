using System.Net;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Resources;

namespace CanaryController.Cli.Cluster;

/// <summary>Words for what can go wrong at the API server: what, where, and what to do.</summary>
internal static class ClusterFailure
{
    private const string OtherWay = "To ask a controller over HTTP instead, give --url.";

    /// <summary>Nobody answered.</summary>
    public static CliException NoAnswer(ClusterSettings settings, string why, HttpMethod method, Exception? inner)
    {
        var unsure = method == HttpMethod.Get ? "" : " The command may have been created all the same: look with 'get' before you repeat it.";
        return new(
            ExitCode.Unreachable,
            $"Cannot reach the API server {settings}, asked because of {settings.Why}: {why.TrimEnd('.')}. Choose another cluster with --context or --kubeconfig. {OtherWay}{unsure}",
            inner);
    }

    /// <summary>The server said no.</summary>
    /// <param name="settings">Which server.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The answer.</param>
    /// <param name="needs">What it takes, like <c>get on rollouts</c>.</param>
    public static CliException Answered(ClusterSettings settings, HttpStatusCode status, string body, string needs)
    {
        var says = ServerStatus.Read(body).Message is { Length: > 0 } message ? $" It says: {message.TrimEnd('.')}." : "";
        return status switch
        {
            HttpStatusCode.Unauthorized => new(
                ExitCode.Forbidden,
                $"The API server {settings} does not accept these credentials.{says} Log in again, or choose another user with --context or --kubeconfig. {OtherWay}"),
            HttpStatusCode.Forbidden => new(
                ExitCode.Forbidden,
                $"The API server {settings} does not allow this.{says} It takes {needs} in the API group canarycontroller.io: ask the cluster's administrator for it. {OtherWay}"),
            HttpStatusCode.NotFound => new(
                ExitCode.NotFound,
                $"The API server {settings}, asked because of {settings.Why}, knows no Rollouts: the controller's CRDs are not installed there. Install its chart, or choose another cluster with --context or --kubeconfig. {OtherWay}"),
            HttpStatusCode.Conflict => new(ExitCode.Rejected, $"The API server {settings} rejected the command.{says}"),
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => new(ExitCode.Usage, $"The API server {settings} refused the request.{says}"),
            _ => new(
                ExitCode.Unreachable,
                $"{settings}, asked because of {settings.Why}, answered {(int)status}, as no API server does that is well.{says} Choose another cluster with --context or --kubeconfig. {OtherWay}"),
        };
    }

    /// <summary>No such rollout; names that are near.</summary>
    public static CliException NotFound(ClusterSettings settings, RolloutKey key, IReadOnlyList<RolloutKey> known)
    {
        var hint = Failure.Hint(key, known, "There is none at all: apply one with kubectl.");
        return new(ExitCode.NotFound, $"There is no rollout '{key.Name}' in the namespace '{key.Namespace}' at {settings}. {hint}");
    }

    /// <summary>The controller did not carry a command out in time.</summary>
    public static CliException Unanswered(ClusterSettings settings, RolloutKey key, string command, TimeSpan patience) => new(
        ExitCode.TimedOut,
        $"No controller answered within {Rendering.Humanize.Duration(patience)}: does one run at {settings}, and does it watch the namespace '{key.Namespace}'? The command stays there and is carried out when one does; to take it back: kubectl delete {command} -n {key.Namespace}");
}
