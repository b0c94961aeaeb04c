namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>Allows so many a second in the long run, and some at once after a quiet time.</summary>
/// <param name="perSecond">How many come back a second; more than 0.</param>
/// <param name="burst">How many there can be; at least 1.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perSecond, double burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly double _burst = burst;
    private double _left = burst;
    private long _at = time.GetTimestamp();

    /// <summary>Takes one, if there is one.</summary>
    /// <param name="wait">How long until there is one again; 0 when one was taken.</param>
    public bool TryTake(out TimeSpan wait)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(_burst, _left + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
            _at = now;
            if (_left < 1)
            {
                wait = TimeSpan.FromSeconds((1 - _left) / perSecond);
                return false;
            }

            _left -= 1;
            wait = TimeSpan.Zero;
            return true;
        }
    }

    /// <summary>Gives one back: it was not needed.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _left = Math.Min(_burst, _left + 1);
        }
    }
}
