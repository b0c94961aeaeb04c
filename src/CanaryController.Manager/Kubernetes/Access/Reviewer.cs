using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>A question to the API server about a caller.</summary>
/// <param name="Key">Names it in memory; of <see cref="CacheKeys"/>.</param>
/// <param name="Body">Makes the review to send.</param>
/// <param name="Read">What the answer says; null = no.</param>
/// <param name="Life">How long a yes counts.</param>
internal sealed record ReviewQuestion<T>(string Key, Func<JsonObject> Body, Func<JsonElement, T?> Read, Func<TimeSpan> Life)
    where T : class;

/// <summary>What a question came to.</summary>
/// <param name="Value">The yes; null = a no, or no answer.</param>
/// <param name="Refusal">Why there is no answer; null when there is one.</param>
internal readonly record struct Review<T>(T? Value, AccessRefusal? Refusal)
    where T : class;

/// <summary>
/// Asks questions of one kind, each once: what was answered counts for a while, and those who ask the same at the same time share an answer. Noes are rationed per process, because anybody can cause
/// them: a question that may end in one takes a token, and gets it back when it ends otherwise. What was answered with yes lately may be asked again whatever strangers do.
/// </summary>
internal sealed class Reviewer<T>(IKubeApi api, ObjectKind kind, ReviewLimits limits, ReviewCapacity capacity, TimeProvider time, ILogger<Reviewer<T>> logger)
    where T : class
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly AnswerCache<T> _answers = new(capacity.Answers, time);
    private readonly TokenBucket _noes = new(capacity.NoesPerSecond, capacity.NoesAtOnce, time);
    private readonly ConcurrentDictionary<string, Lazy<Task<Review<T>>>> _underWay = new(StringComparer.Ordinal);
    private string? _trouble;

    /// <summary>True when the answer is known to be yes without asking.</summary>
    public bool Knows(string key) => _answers.TryFind(key, out var value, out _) && value is not null;

    /// <summary>Answers from memory, else asks.</summary>
    public async ValueTask<Review<T>> AskAsync(ReviewQuestion<T> question, CancellationToken cancellation)
    {
        if (_answers.TryFind(question.Key, out var known, out var wasYes))
        {
            return new(known, null);
        }

        // Whoever came first may go away; the others still want the answer.
        var review = _underWay.GetOrAdd(question.Key, _ => new(() => AskOnceAsync(question, wasYes)));
        return await review.Value.WaitAsync(cancellation);
    }

    private async Task<Review<T>> AskOnceAsync(ReviewQuestion<T> question, bool wasYes)
    {
        try
        {
            if (limits.IsResting)
            {
                return Away();
            }

            if (!wasYes && !_noes.TryTake(out var wait))
            {
                return Throttled(wait);
            }

            if (!limits.All.TryTake(out wait))
            {
                GiveBack(wasYes);
                return Throttled(wait);
            }

            return Conclude(question, await limits.RunAsync(() => api.CreateAsync(kind, "", question.Body(), CancellationToken.None)), wasYes);
        }
        finally
        {
            _underWay.TryRemove(question.Key, out _);
        }
    }

    private Review<T> Conclude(ReviewQuestion<T> question, KubeAnswer? answer, bool wasYes)
    {
        if (answer?.Body is { } body)
        {
            Note(null);
            var value = body.Project(question.Read);
            if (value is not null)
            {
                GiveBack(wasYes);
            }

            _answers.Put(question.Key, value, value is null ? capacity.NoLife : question.Life());
            return new(value, null);
        }

        if (answer?.Outcome is KubeOutcome.Forbidden)
        {
            // Nothing is given back: who may not ask does not go on asking at full speed.
            Note($"The controller may not create {kind.Plural}.{kind.Group}, so callers with a token of the cluster are not let in. Bind the ClusterRole system:auth-delegator to it.");
            return new(null, new(AccessRefusalKind.Unavailable, $"The controller itself lacks a permission: create {kind.Plural}.{kind.Group}. Its operator has to mend that.", _patience));
        }

        GiveBack(wasYes);
        if (answer is not null)
        {
            Note($"The API server does not answer {kind.Plural}.{kind.Group}; callers that are not known yet are not let in.");
        }

        return Away();
    }

    private void GiveBack(bool wasYes)
    {
        if (!wasYes)
        {
            _noes.GiveBack();
        }
    }

    /// <summary>Logs changes only. The server's words stay out of it: whatever answers could repeat the token.</summary>
    private void Note(string? trouble)
    {
        if (Interlocked.Exchange(ref _trouble, trouble) == trouble)
        {
            return;
        }

        if (trouble is null)
        {
            logger.ReviewsAreBack($"{kind.Plural}.{kind.Group}");
        }
        else
        {
            logger.ReviewsFail(trouble);
        }
    }

    private static Review<T> Away() => new(
        null, new(AccessRefusalKind.Unavailable, "The cluster's API server, which knows callers and what they may do, does not answer now. Nothing was done; try again.", _patience));

    private static Review<T> Throttled(TimeSpan wait) => new(
        null,
        new(
            AccessRefusalKind.Throttled,
            "Too many requests came that the cluster had to be asked about. Nothing was done; try again.",
            wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1)));
}

/// <summary>How much a reviewer keeps and may ask in vain.</summary>
/// <param name="Answers">Answers kept at most.</param>
/// <param name="NoesPerSecond">How many questions a second may end in a no in the long run.</param>
/// <param name="NoesAtOnce">How many after a quiet time.</param>
/// <param name="NoLife">How long a no counts.</param>
internal sealed record ReviewCapacity(int Answers, int NoesPerSecond, int NoesAtOnce, TimeSpan NoLife);
