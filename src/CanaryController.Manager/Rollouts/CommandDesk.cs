using System.Collections.Concurrent;

namespace CanaryController.Manager.Rollouts;

/// <summary>Where those who sent a command wait until it was decided about and acted upon.</summary>
internal sealed class CommandDesk
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Ends when <paramref name="commandId"/> is done. Called before the command is stored, so that its end cannot be missed.</summary>
    public Task Expect(string commandId) =>
        _waiting.GetOrAdd(commandId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Nobody waits any more.</summary>
    public void Leave(string commandId) => _waiting.TryRemove(commandId, out _);

    /// <summary>The command's answer is stored and its effects were carried out, as far as the router let them.</summary>
    public void Done(string commandId)
    {
        if (_waiting.TryRemove(commandId, out var waiting))
        {
            waiting.TrySetResult();
        }
    }
}
