using CanaryController.Core.Rollouts;
using CanaryController.Manager.Outbound;

namespace CanaryController.Manager.Gates;

/// <summary>What became of one question.</summary>
/// <param name="Status">What it means for the rollout now.</param>
/// <param name="Message">The same in one sentence, without any secret.</param>
/// <param name="IsAnswered">The gate said something that counts; otherwise the same question is asked again, with growing rests.</param>
/// <param name="RetryAfter">How long the gate asked to be left alone; null when it did not say.</param>
internal sealed record GateAnswer(GateStatus Status, string Message, bool IsAnswered, TimeSpan? RetryAfter = null)
{
    /// <summary>
    /// What a request came to: 2xx passes, another 4xx than 408, 425 and 429 refuses, everything else is asked again. Of a gate that may demand the rollback 2xx demands it, and nothing else means anything. Pure.
    /// </summary>
    public static GateAnswer Of(GateSpec gate, OutboundAnswer answer)
    {
        if (gate.When is GateMoment.Rollback)
        {
            return answer.IsSuccess
                ? new(GateStatus.Failed, $"it answered {answer.Status}{Said(answer)}", IsAnswered: true)
                : new(GateStatus.Pending, answer.Problem ?? $"it answered {answer.Status}, which demands nothing.", answer.Outcome is OutboundOutcome.Answered && !answer.MayRecover, answer.RetryAfter);
        }

        if (answer.IsSuccess)
        {
            return new(GateStatus.Passed, $"it answered {answer.Status}.", IsAnswered: true);
        }

        var refuses = answer.Status is >= 400 and <= 499 && !answer.MayRecover;
        return !refuses ? NoAnswer(answer.Problem ?? (answer.Status is >= 300 and <= 399 ? $"it answered {answer.Status}: redirects are not followed." : $"it answered {answer.Status}."), answer.RetryAfter)
            : gate.OnRefusal is GateRefusal.Hold ? new(GateStatus.Pending, $"it answered {answer.Status}, not yet{Said(answer)}", IsAnswered: true, answer.RetryAfter)
            : new(GateStatus.Failed, $"it answered {answer.Status}{Said(answer)}", IsAnswered: true);
    }

    /// <summary>It could not be asked, or said nothing that counts.</summary>
    public static GateAnswer NoAnswer(string problem, TimeSpan? retryAfter = null) => new(GateStatus.Pending, problem, IsAnswered: false, retryAfter);

    /// <summary>What the gate wrote, as one line of a sentence.</summary>
    private static string Said(OutboundAnswer answer) => AnswerText.Of(answer.Body.Span) is { Length: > 0 } text ? $": {text}{(text[^1] is '.' or '!' or '?' or '…' ? "" : ".")}" : ".";
}
