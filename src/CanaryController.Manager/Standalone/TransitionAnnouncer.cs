using CanaryController.Manager.Rollouts;
using MediatR;

namespace CanaryController.Manager.Standalone;

/// <summary>Publishes stored transitions to the listeners inside this process: once each, in order, whatever crashes and restarts lie between.</summary>
internal sealed partial class TransitionAnnouncer(SqliteEvents events, IMediator mediator, TimeProvider time, ILogger<TransitionAnnouncer> logger)
    : BackgroundService, ITransitionSignal
{
    /// <summary>The cursor's name in the database.</summary>
    public const string Listener = "mediator";

    private const int BatchSize = 100;
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <inheritdoc/>
    public void Signal()
    {
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is signalled already, and everything stored is read at once.
        }
    }

    /// <summary>Announces all that is not announced yet.</summary>
    public async Task AnnounceAsync()
    {
        while (events.Claim(Listener, BatchSize) is { Count: > 0 } batch)
        {
            foreach (var stored in batch)
            {
                await mediator.Publish(new RolloutTransitioned(stored.ToEvent()), CancellationToken.None);
            }
        }
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AnnounceAsync();
                failed = false;
                await _signal.WaitAsync(stoppingToken);
            }
            catch (StoreUnavailableException failure)
            {
                if (!failed)
                {
                    Failed(logger, failure);
                }

                failed = true;
                await Task.Delay(RestAfterFailure, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(EventId = 1301, Level = LogLevel.Error, Message = "Transitions could not be claimed in the database; they are announced later")]
    private static partial void Failed(ILogger logger, Exception failure);
}
