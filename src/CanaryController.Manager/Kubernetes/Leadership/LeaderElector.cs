using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Kubernetes.Leadership;

/// <summary>
/// Leads while it holds a Lease. Writes of the lease are conditional on its version; how long a holder has been silent is measured by this process's own clock, from the moment that a
/// change of the lease was seen, and never by the times written into it. A leader that cannot renew stops to lead by itself before others may begin. Register it before whatever acts as
/// leader: then that has stopped when the lease is given back.
/// </summary>
internal sealed class LeaderElector(IKubeApi api, LeaderElectionOptions options, TimeProvider time, Random random, ILogger<LeaderElector> logger)
    : BackgroundService, IFence
{
    private readonly LeadershipState _state = new(options, time, logger);
    private LeaseRecord? _seen;
    private long _seenAt;
    private string? _otherSaid;
    private DateTimeOffset _acquiredAt;
    private int _claimed;

    /// <summary>Leadership came (true) or went (false). Raised by the election's own loop: handlers are quick.</summary>
    [SuppressMessage("Design", "MA0046", Justification = "There is nothing else to say.")]
    public event Action<bool>? LeadershipChanged
    {
        add => _state.Changed += value;
        remove => _state.Changed -= value;
    }

    /// <summary>True while this process leads. It turns false by the clock alone when renewals fail.</summary>
    public bool IsLeader => _state.IsLeader;

    /// <inheritdoc/>
    /// <remarks>Of the last term that this process led; <c>HOLDER-0</c> before the first.</remarks>
    public string Token => _state.Token;

    /// <summary>Where the API of another process is that holds the lease; null when none does, or it does not say.</summary>
    public Uri? LeaderAddress => Volatile.Read(ref _seen) is { } lease && lease.Holder != options.Holder ? lease.Address : null;

    /// <summary>What is wrong with the lease; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Ends when this process leads.</summary>
    public Task WhenLeaderAsync(CancellationToken cancellation) => _state.WhenLeaderAsync(cancellation);

    /// <summary>Takes, renews or watches the lease until stopped, and gives it back then.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await TryAsync(stopping);
                await Task.Delay(Rest(), time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the process.
        }

        await ReleaseAsync();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => RunAsync(stoppingToken);

    /// <summary>
    /// A leader renews each <see cref="LeaderElectionOptions.Retry"/>, and is back when its deadline comes. Who stands by looks twice as often, so that a lease that is given back is taken well within two seconds. Both
    /// rest up to a quarter less, so that nobody looks together with others.
    /// </summary>
    private TimeSpan Rest()
    {
        var rest = (_state.IsHolding ? options.Retry : options.Retry / 2) * (1 - (random.NextDouble() / 4));
        var left = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(_state.Left.TotalMilliseconds)));
        return _state.IsHolding && left < rest ? left : rest;
    }

    /// <summary>Renewals never wait behind other requests. Only they: what listeners begin must not be urgent for good.</summary>
    private static async Task<KubeAnswer> UrgentlyAsync(Func<Task<KubeAnswer>> ask)
    {
        using var urgent = UrgentRequests.Begin();
        return await ask();
    }

    private async Task TryAsync(CancellationToken stopping)
    {
        if (_state.IsHolding && _state.Left <= TimeSpan.Zero)
        {
            GiveUp($"it was not renewed for {options.RenewDeadline.TotalSeconds:0.###} s. {Problem}".TrimEnd());
        }

        using var deadline = new CancellationTokenSource(_state.IsHolding ? _state.Left : options.RenewDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await (_state.IsHolding ? RenewAsync(either.Token) : AcquireAsync(either.Token));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Fails("no answer came in time.");
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        if (await WriteAsync(_seen!, _state.Term, cancellation) is KubeOutcome.Done or KubeOutcome.Unavailable or KubeOutcome.Forbidden)
        {
            return;
        }

        // It changed. A renewal of ours without an answer may have gone through, or somebody put a label on it.
        var answer = await UrgentlyAsync(() => api.GetAsync(ObjectKind.Lease, options.Lease, cancellation));
        if (answer is { IsDone: true, Body: { } lease })
        {
            See(LeaseRecord.Read(lease));
            if (_seen!.Holder == options.Holder && _seen.Term == _state.Term)
            {
                await WriteAsync(_seen, _state.Term, cancellation);
            }
            else
            {
                GiveUp(_seen.Holder.Length == 0 ? "somebody took the holder out of the lease." : $"the lease is {_seen.Holder}'s, term {_seen.Term}.");
            }
        }
        else if (answer.Outcome is KubeOutcome.NotFound)
        {
            GiveUp("the lease was deleted.");
        }
        else
        {
            Fails(answer.Problem!);
        }
    }

    private async Task AcquireAsync(CancellationToken cancellation)
    {
        var answer = await UrgentlyAsync(() => api.GetAsync(ObjectKind.Lease, options.Lease, cancellation));
        if (answer.Outcome is KubeOutcome.NotFound)
        {
            await CreateAsync(cancellation);
            return;
        }

        if (answer is not { IsDone: true, Body: { } lease })
        {
            Fails(answer.Problem!);
            return;
        }

        var isFirstLook = _seen is null;
        See(LeaseRecord.Read(lease));
        Problem = null;

        // At the first look, a lease in our name is that of the process that was here before us; later it is ours when it has the term that we wrote last.
        var isOurs = _seen!.Holder == options.Holder && (isFirstLook || _seen.Term == _claimed);
        if (_seen.Holder.Length == 0 || isOurs || IsSilent())
        {
            await WriteAsync(_seen, _seen.Term + 1, cancellation);
        }
        else if (_otherSaid != _seen.Holder)
        {
            _otherSaid = _seen.Holder;
            logger.StandsBy(_seen.Holder, options.Holder);
        }
    }

    private bool IsSilent() => time.GetElapsedTime(_seenAt) >= (_seen!.Duration > options.LeaseDuration ? _seen.Duration : options.LeaseDuration);

    private async Task CreateAsync(CancellationToken cancellation)
    {
        var term = Math.Max(_state.Term, _seen?.Term ?? 0) + 1;
        var sentAt = time.GetTimestamp();
        (_acquiredAt, _claimed) = (time.GetUtcNow(), term);
        var spec = LeaseRecord.Spec(options.Holder, term, options.LeaseDuration, _acquiredAt, _acquiredAt);
        var body = LeaseRecord.Object(options.Lease, spec, options.Address is null ? null : Annotations(options.Address));
        Took(await UrgentlyAsync(() => api.CreateAsync(ObjectKind.Lease, options.Lease.Namespace, body, cancellation)), term, sentAt);
    }

    /// <summary>Renews or takes the lease, on condition that it is still <paramref name="basis"/>.</summary>
    private async Task<KubeOutcome> WriteAsync(LeaseRecord basis, int term, CancellationToken cancellation)
    {
        var sentAt = time.GetTimestamp();
        var now = time.GetUtcNow();
        (_acquiredAt, _claimed) = (_state.IsHolding ? _acquiredAt : now, term);
        var patch = JsonPatch.At(basis.Version).Add("/spec", LeaseRecord.Spec(options.Holder, term, options.LeaseDuration, _acquiredAt, now));
        if (options.Address is { } address && basis.Address != address)
        {
            _ = basis.HasAnnotations
                ? patch.Add($"/metadata/annotations/{JsonPatch.Escape(Marks.AddressAnnotation)}", LeaseRecord.AddressText(options.Holder, address))
                : patch.Add("/metadata/annotations", Annotations(address));
        }

        var answer = await UrgentlyAsync(() => api.PatchAsync(ObjectKind.Lease, options.Lease, patch, cancellation));
        Took(answer, term, sentAt);
        return answer.Outcome;
    }

    private JsonObject Annotations(Uri address) => new() { [Marks.AddressAnnotation] = LeaseRecord.AddressText(options.Holder, address) };

    private void Took(KubeAnswer answer, int term, long sentAt)
    {
        if (answer is { IsDone: true, Body: { } lease })
        {
            See(LeaseRecord.Read(lease));
            (Problem, _otherSaid) = (null, null);
            _state.Hold(term, sentAt);
        }
        else if (answer.Outcome is not (KubeOutcome.Conflict or KubeOutcome.AlreadyExists or KubeOutcome.NotFound))
        {
            Fails(answer.Problem!);
        }
    }

    private void See(LeaseRecord lease)
    {
        if (_seen?.Version != lease.Version)
        {
            _seenAt = time.GetTimestamp();
        }

        _seen = lease;
    }

    private void Fails(string problem)
    {
        if (Problem is null)
        {
            logger.LeaseFails(options.Lease, problem);
        }

        Problem = problem;
    }

    private void GiveUp(string why)
    {
        logger.LeadsNoMore(options.Holder, _state.Term, why);
        _state.Drop();
    }

    /// <summary>Empties the holder, so that the next need not wait for our silence. It may fail: then he waits.</summary>
    private async Task ReleaseAsync()
    {
        if (!_state.IsHolding || _seen is null)
        {
            return;
        }

        _state.Drop();
        using var deadline = new CancellationTokenSource(options.Retry, time);
        try
        {
            var now = time.GetUtcNow();
            var patch = JsonPatch.At(_seen.Version).Add("/spec", LeaseRecord.Spec("", _state.Term, options.LeaseDuration, _acquiredAt, now));
            var answer = await UrgentlyAsync(() => api.PatchAsync(ObjectKind.Lease, options.Lease, patch, deadline.Token));
            if (answer.IsDone)
            {
                logger.Released(options.Holder);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody answers; the lease runs out.
        }
    }
}
