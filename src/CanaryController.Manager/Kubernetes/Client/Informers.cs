namespace CanaryController.Manager.Kubernetes.Client;

/// <summary>Runs all informers, from the start of the process to its end.</summary>
internal sealed class Informers(IEnumerable<IInformer> informers) : BackgroundService
{
    private readonly IInformer[] _informers = [.. informers];

    /// <summary>True once every kind was listed.</summary>
    public bool AreSynced => _informers.All(informer => informer.IsSynced);

    /// <summary>What is wrong now; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems => [.. _informers.SelectMany(informer => informer.Problems)];

    /// <summary>Ends when every kind was listed; before that nothing may be decided by what is missing in a cache.</summary>
    public Task WhenSyncedAsync(CancellationToken cancellation) => Task.WhenAll(_informers.Select(informer => informer.WhenSyncedAsync(cancellation)));

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_informers.Select(informer => informer.RunAsync(stoppingToken)));
}
