using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>
/// One target's loop: list once, then watch on and on from the last version that was seen. 410 lists again; whatever else goes wrong resumes the watch after a growing rest. A watch that
/// the server refuses several times in a row, in whatever words, is begun again by a list.
/// </summary>
internal sealed class InformerScope<T>
    where T : class, ICached
{
    /// <summary>The longest rest between two tries.</summary>
    public static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    /// <summary>The longest rest while a permission is missing, or that a server may ask for.</summary>
    public static readonly TimeSpan LongestRestWhenRefused = TimeSpan.FromSeconds(30);

    /// <summary>A watch that lived this long was in order.</summary>
    private static readonly TimeSpan GoodWatch = TimeSpan.FromSeconds(5);

    private const int LeastSecondsWhenMissing = 30;
    private const int MostSecondsWhenMissing = 60;

    /// <summary>So many failures in a row are reported; a restart of the server is over before.</summary>
    private const int ReportedFailures = 3;

    /// <summary>So many 404 in a row are believed while objects are known: a server that just started may not know a resource yet.</summary>
    private const int BelievedMissing = 3;
    private const int RefusalsBeforeList = 5;

    private readonly (InformerTarget Target, ObjectList<T> List, ObjectWatch<T> Watch)[] _versions;
    private readonly ObjectCache<T> _cache;
    private readonly Random _random;
    private readonly Backoff _backoff;
    private readonly Action _synced;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private bool _isListed;
    private bool _isReported;
    private bool _isMissing;
    private int _failures;
    private int _refusals;
    private int _missed;
    private int _version;

    public InformerScope(
        KubeTransport transport,
        InformerTarget[] versions,
        KeptFields kept,
        Func<ObjectKind, Func<JsonElement, T?>> project,
        ObjectCache<T> cache,
        Action synced,
        Random random,
        TimeProvider time,
        ILogger logger)
    {
        (_cache, _synced, _random, _time, _logger) = (cache, synced, random, time, logger);
        _backoff = new(random);
        _versions = [.. versions.Select(Version)];

        (InformerTarget Target, ObjectList<T> List, ObjectWatch<T> Watch) Version(InformerTarget target)
        {
            var projector = new ObjectProjector<T>(target.Kind, project(target.Kind), logger);
            return (target, new(transport, target, kept, projector, cache, time), new(transport, target, projector, cache, random, time));
        }
    }

    private InformerTarget Target => _versions[_version].Target;

    /// <summary>What is wrong now, in one sentence; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Lists and watches until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var rest = await PassAsync(stopping);
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, _time, stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One list when it is needed, and one watch; answers how long to rest.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary between informers: an error of our own in one must not stop the others. It is logged, and the loop goes on.")]
    private async Task<TimeSpan> PassAsync(CancellationToken stopping)
    {
        var began = _time.GetTimestamp();
        try
        {
            if (!_isListed)
            {
                _versions[_version].Watch.Version = await _versions[_version].List.ReadAsync(stopping);
                Listed();
                began = _time.GetTimestamp();
            }

            await _versions[_version].Watch.FollowAsync(Works, stopping);
            return HasLived(began) ? Restart() : Fail("the server ends watches at once.", false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (KubeRefusedException refused)
        {
            HasLived(began);
            return Refused(refused);
        }
        catch (Exception wrong) when (wrong is HttpRequestException or IOException or TimeoutException)
        {
            HasLived(began);
            return Fail(wrong.Message, false);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidDataException)
        {
            HasLived(began);
            return Fail(wrong.Message, true);
        }
        catch (Exception wrong)
        {
            _logger.InformerFailed(Target.Kind, Target.Where, wrong);
            _isListed = false;
            return Fail(wrong.Message, true);
        }
    }

    private void Listed()
    {
        var isFirst = !_cache.IsSynced || _isMissing;
        (_isListed, _isMissing, _missed, _refusals) = (true, false, 0, 0);
        Works();
        _synced();
        if (isFirst)
        {
            _logger.Synced(Target.Kind, Target.Where, _cache.Count);
        }
    }

    private void Works()
    {
        Problem = null;
        if (_isReported)
        {
            _isReported = false;
            _logger.InformerIsBack(Target.Kind, Target.Where);
        }
    }

    /// <summary>A watch that was in order for a while is no failure, however it ended.</summary>
    private bool HasLived(long began)
    {
        if (!_isListed || _time.GetElapsedTime(began) < GoodWatch)
        {
            return false;
        }

        (_failures, _refusals) = (0, 0);
        return true;
    }

    private TimeSpan Restart()
    {
        _failures = 0;
        return TimeSpan.Zero;
    }

    private TimeSpan Refused(KubeRefusedException refused)
    {
        switch (refused.Status.Code)
        {
            case 410:
                // At once the first time, because it happens in the ordinary course of things.
                _isListed = false;
                return _failures++ == 0 ? TimeSpan.Zero : Rest(LongestRest);
            case 404:
                return Missing(refused);
            case 401 or 403:
                _failures++;
                Report($"The API server does not let us follow {Target.Resource} {Target.Where}: "
                    + $"the verbs get, list and watch on {Target.Resource} have to be allowed there. It says: {refused.Message}.");
                return Rest(LongestRestWhenRefused);
            default:
                var rest = Fail(refused.Message, refused.Status.Code is not (429 or >= 500));
                return refused.RetryAfter is { } asked ? Longer(rest, asked < LongestRestWhenRefused ? asked : LongestRestWhenRefused) : rest;
        }
    }

    /// <summary>There is no such resource: nothing of it is there, which is known for sure, and it is looked for again later.</summary>
    private TimeSpan Missing(KubeRefusedException refused)
    {
        _isListed = false;
        if (_version + 1 < _versions.Length)
        {
            // Perhaps in an older version. After the oldest one the newest is looked for again.
            _version++;
            return TimeSpan.Zero;
        }

        _version = 0;
        if (_cache.Count > 0 && ++_missed < BelievedMissing)
        {
            return Fail(refused.Message, false);
        }

        if (!_isMissing)
        {
            _logger.ResourceIsMissing(Target.Resource);
        }

        (_isMissing, _failures, _isReported, Problem) = (true, 0, false, null);
        _cache.EndList(Target.Namespace, new HashSet<ObjectName>(), ulong.MaxValue.ToString(), long.MaxValue);
        _synced();
        return TimeSpan.FromSeconds(LeastSecondsWhenMissing + (_random.NextDouble() * (MostSecondsWhenMissing - LeastSecondsWhenMissing)));
    }

    /// <summary>Counts a failure, reports it when it lasts, and answers how long to rest.</summary>
    /// <param name="why">What went wrong.</param>
    /// <param name="isRefusal">The server answered, and would answer the same again: a list may help.</param>
    private TimeSpan Fail(string why, bool isRefusal)
    {
        _failures++;
        if (isRefusal && ++_refusals >= RefusalsBeforeList)
        {
            (_isListed, _refusals) = (false, 0);
        }

        var problem = $"{Target.Kind} objects {Target.Where} cannot be followed: {why}";
        if (_failures >= ReportedFailures)
        {
            Report(problem);
        }

        return Rest(LongestRest);
    }

    private void Report(string problem)
    {
        Problem = problem;
        if (!_isReported)
        {
            _isReported = true;
            _logger.InformerFails(problem);
        }
    }

    private TimeSpan Rest(TimeSpan longest) => _backoff.After(Math.Max(1, _failures), longest);

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
