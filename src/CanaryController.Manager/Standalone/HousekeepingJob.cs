using Quartz;

namespace CanaryController.Manager.Standalone;

/// <summary>Keeps the database small: drops old events and commands, refreshes statistics.</summary>
[DisallowConcurrentExecution]
internal sealed class HousekeepingJob(SqliteDatabase database, SqliteEvents events, SqliteCommands commands, SqliteRolloutStore store, TimeProvider time) : IJob
{
    /// <summary>How many events of each rollout are kept.</summary>
    public const int KeptEvents = 1000;

    /// <summary>How many commands of each rollout are kept, whatever their age.</summary>
    public const int KeptCommands = 1000;

    /// <summary>How long every command is kept: the same id may come again. What is left of a rollout that is gone is kept as long.</summary>
    public static readonly TimeSpan CommandAge = TimeSpan.FromDays(90);

    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        Run();
        return ValueTask.CompletedTask;
    }

    /// <summary>Does it.</summary>
    public void Run()
    {
        events.Prune(KeptEvents);
        commands.Prune(time.GetUtcNow() - CommandAge, KeptCommands);
        store.PruneForgotten(time.GetUtcNow() - CommandAge);
        database.Optimize();
    }
}
