namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>The stage of the Kubernetes tests, set up by the first of them that asks, and taken down after the last.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1);
    private KubeStage? _stage;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_stage is not null)
        {
            await _stage.DisposeAsync();
        }

        _gate.Dispose();
    }

    /// <summary>The stage.</summary>
    internal async Task<KubeStage> StageAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            return _stage ??= await KubeStage.BuildAsync(TimeProvider.System, cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }
}
