using Quartz;

namespace CanaryController.Manager.Standalone;

/// <summary>Reads the folder, whatever the file system reported.</summary>
[DisallowConcurrentExecution]
internal sealed class FolderRescanJob(FolderWatcher watcher) : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        watcher.TryScan();
        return ValueTask.CompletedTask;
    }
}
