namespace CanaryController.Manager.Kubernetes.Access;

/// <summary>
/// Keeps answers for a while: a yes with what it says, a no as null. When it is full, what does not count any more goes first, then the oldest.
/// </summary>
/// <param name="capacity">How many answers are kept at most.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswerCache<T>(int capacity, TimeProvider time)
    where T : class
{
    /// <summary>How long it is remembered that an answer was a yes, when it does not count any more.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Answer> _answers = new(StringComparer.Ordinal);

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _answers.Count;
            }
        }
    }

    /// <summary>The answer that counts now.</summary>
    /// <param name="key">The question.</param>
    /// <param name="value">The yes; null = a no.</param>
    /// <param name="wasYes">The last answer was a yes, not long ago, whether or not it still counts.</param>
    public bool TryFind(string key, out T? value, out bool wasYes)
    {
        lock (_gate)
        {
            var found = _answers.TryGetValue(key, out var answer);
            var age = found ? time.GetElapsedTime(answer.At) : TimeSpan.Zero;
            value = answer.Value;
            wasYes = found && value is not null && age < Memory;
            return found && age < answer.Life;
        }
    }

    /// <summary>Keeps an answer.</summary>
    public void Put(string key, T? value, TimeSpan life)
    {
        lock (_gate)
        {
            if (_answers.Count >= capacity && !_answers.ContainsKey(key))
            {
                MakeRoom();
            }

            _answers[key] = new(value, time.GetTimestamp(), life);
        }
    }

    private void MakeRoom()
    {
        var oldest = default(KeyValuePair<string, Answer>);
        foreach (var each in _answers)
        {
            var age = time.GetElapsedTime(each.Value.At);
            if (age >= each.Value.Life && (each.Value.Value is null || age >= Memory))
            {
                _answers.Remove(each.Key);
            }
            else if (oldest.Key is null || each.Value.At < oldest.Value.At)
            {
                oldest = each;
            }
        }

        if (_answers.Count >= capacity)
        {
            _answers.Remove(oldest.Key);
        }
    }

    private readonly record struct Answer(T? Value, long At, TimeSpan Life);
}
