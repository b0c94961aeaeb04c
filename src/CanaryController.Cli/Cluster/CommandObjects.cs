using System.Net;
using System.Text.Json;
using CanaryController.Cli.Controller;
using CanaryController.Cli.Hosting;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Api;
using CanaryController.Resources.Reading;
using CanaryController.Resources.Rollouts;

namespace CanaryController.Cli.Cluster;

/// <summary>Creates a RolloutCommand, or the Approval of somebody who approves or rejects, and waits for what the controller writes into its status.</summary>
internal sealed class CommandObjects(ClusterConnection connection, CliEnvironment environment)
{
    private static readonly string[] _reviewVersions = ["v1", "v1beta1"];

    /// <summary>Asks for something.</summary>
    /// <param name="key">The rollout.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="find">Looks whether there is such a rollout; throws when there is none.</param>
    /// <param name="cancellation">Gives up; the command stays.</param>
    /// <exception cref="CliException">It was rejected, or nobody answered.</exception>
    public async Task<(string Id, CommandStatus Status, string Message)> CarryOutAsync(RolloutKey key, CommandRequest request, Func<Task<ServedRollout>> find, CancellationToken cancellation)
    {
        var asked = Asked.For(key, request, await WhoAmIAsync(cancellation));
        if (asked.Problems is { Count: > 0 } problems)
        {
            throw new CliException(ExitCode.Usage, Failure.WithProblems("The command breaks the rules.", problems));
        }

        // A command to nobody would wait for an answer that never comes.
        await find();
        var created = await CreateAsync(asked, cancellation);
        try
        {
            return await AnswerAsync(key, asked, created, cancellation);
        }
        catch (CliException unseen) when (unseen.Code is ExitCode.Forbidden or ExitCode.Unreachable)
        {
            throw new CliException(unseen.Code, $"The command {created.Name} was created, but what became of it cannot be seen; look with 'get' before you repeat it. {unseen.Message}", unseen);
        }
    }

    /// <summary>The name that the server knows us by; null when it does not tell, as before Kubernetes 1.27.</summary>
    private async Task<string?> WhoAmIAsync(CancellationToken cancellation)
    {
        foreach (var version in _reviewVersions)
        {
            var review = $$"""{"apiVersion":"authentication.k8s.io/{{version}}","kind":"SelfSubjectReview"}""";
            var (status, body) = await connection.SendAsync(HttpMethod.Post, ObjectPath.SelfSubjectReview(version), review, cancellation);
            if (status is HttpStatusCode.OK or HttpStatusCode.Created)
            {
                return UserOf(body);
            }

            if (status != HttpStatusCode.NotFound)
            {
                break;
            }
        }

        return null;
    }

    private static string? UserOf(string body)
    {
        try
        {
            using var review = JsonDocument.Parse(body);
            return review.RootElement.GetProperty("status").GetProperty("userInfo").GetProperty("username").GetString() is { Length: > 0 } name ? name : null;
        }
        catch (Exception untold) when (untold is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Without the name the audit trail says unknown.
            return null;
        }
    }

    private async Task<Created> CreateAsync(Asked asked, CancellationToken cancellation)
    {
        // Strict: a field that this version of the CRD does not know would be a condition that is silently not checked.
        var (status, body) = await connection.SendAsync(
            HttpMethod.Post, $"{asked.Path}?fieldManager=canaryctl&fieldValidation=Strict", asked.Json, cancellation);
        if (status is not (HttpStatusCode.Created or HttpStatusCode.OK))
        {
            throw ClusterFailure.Answered(connection.Settings, status, body, $"create, list and watch on {asked.Plural}");
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            var metadata = document.RootElement.GetProperty("metadata");
            return new(metadata.GetProperty("name").GetString()!, metadata.GetProperty("uid").GetString()!, metadata.GetProperty("resourceVersion").GetString()!);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw ClusterFailure.NoAnswer(connection.Settings, "what answers there is no API server", HttpMethod.Post, wrong);
        }
    }

    private async Task<(string Id, CommandStatus Status, string Message)> AnswerAsync(RolloutKey key, Asked asked, Created created, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(environment.AnswerPatience, environment.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var answer = new TaskCompletionSource<RolloutCommandStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var follower = new ObjectFollower(connection, asked.Path, created.Name, $"list and watch on {asked.Plural}", environment.Time);
        var following = follower.RunAsync(created.ResourceVersion, sighting => See(sighting, created, answer), stop.Token);
        try
        {
            return Result(await answer.Task.WaitAsync(stop.Token), created);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            var unanswered = ClusterFailure.Unanswered(connection.Settings, key, $"{asked.Plural[..^1]} {created.Name}", environment.AnswerPatience);
            throw new CliException(unanswered.Code, unanswered.Message, late);
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static void See(Sighting sighting, Created created, TaskCompletionSource<RolloutCommandStatus> answer)
    {
        if (sighting.Failure is { } failure)
        {
            // A server that is away for a moment is waited for.
            if (failure.Code != ExitCode.Unreachable)
            {
                answer.TrySetException(failure);
            }
        }
        else if (sighting.Object is not { } item)
        {
            answer.TrySetException(new CliException(ExitCode.Rejected, $"The command {created.Name} was deleted before the controller answered it."));
        }
        else if (StatusOf(item) is { Phase: not CommandPhase.Pending } status)
        {
            answer.TrySetResult(status);
        }
    }

    private static RolloutCommandStatus? StatusOf(JsonElement item)
    {
        try
        {
            return item.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object
                ? JsonSerializer.Deserialize(status, RolloutStatusJson.Default.RolloutCommandStatus)
                : null;
        }
        catch (JsonException)
        {
            // Written by another version; the timeout tells of it.
            return null;
        }
    }

    private static (string Id, CommandStatus Status, string Message) Result(RolloutCommandStatus status, Created created) => status.Phase switch
    {
        CommandPhase.Accepted => (created.Uid, CommandStatus.Accepted, status.Message),
        CommandPhase.Unchanged => (created.Uid, CommandStatus.Unchanged, status.Message),
        CommandPhase.Conflict or CommandPhase.Refused => throw new CliException(ExitCode.Rejected, status.Message),
        CommandPhase.Pending => throw new InvalidOperationException("A command that is pending has no result."),
    };

    private sealed record Created(string Name, string Uid, string ResourceVersion);
}
