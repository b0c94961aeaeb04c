namespace CanaryController.Manager.Rollouts;

/// <summary>Where those who sent a command wait until it was decided about and acted upon. Several may wait for one: whoever sends it again does.</summary>
internal sealed class CommandDesk
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);

    /// <summary>
    /// Ends when <paramref name="commandId"/> is done. Called before the command is stored, so that its end cannot be missed; each call is followed by one of
    /// <see cref="Leave"/>.
    /// </summary>
    public Task Expect(string commandId)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(commandId, out var waiting))
            {
                _waiting[commandId] = waiting = new();
            }

            waiting.Count++;
            return waiting.Done.Task;
        }
    }

    /// <summary>One who waited does not any more; the others do.</summary>
    public void Leave(string commandId)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(commandId, out var waiting) && --waiting.Count == 0)
            {
                _waiting.Remove(commandId);
            }
        }
    }

    /// <summary>The command's answer is stored and its effects were carried out, as far as the router let them.</summary>
    public void Done(string commandId)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(commandId, out var waiting))
            {
                waiting.Done.TrySetResult();
            }
        }
    }

    private sealed class Waiting
    {
        public int Count { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
