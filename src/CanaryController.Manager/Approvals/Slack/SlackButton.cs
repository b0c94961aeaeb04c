using System.Text.Json;
using System.Text.Json.Serialization;
using CanaryController.Core.Rollouts;
using CanaryController.Resources;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Approvals.Slack;

/// <summary>What a button stands for: all that its sender saw, so that a late click never hits another revision, attempt or step.</summary>
/// <param name="Namespace">The rollout's namespace.</param>
/// <param name="Rollout">The rollout's name.</param>
/// <param name="Channel">The NotificationChannel, in the same namespace.</param>
/// <param name="Revision">The canary's revision.</param>
/// <param name="Attempt">Its attempt.</param>
/// <param name="Step">The step, from 1.</param>
internal sealed record SlackButton(string Namespace, string Rollout, string Channel, string Revision, int Attempt, int Step)
{
    /// <summary>How long the text of a button may be.</summary>
    private const int MaxChars = 2_000;

    /// <summary>The rollout.</summary>
    [JsonIgnore]
    public RolloutKey Key => new(Namespace, Rollout);

    /// <summary>As a button's value.</summary>
    public string Write() => JsonSerializer.Serialize(this, SlackJson.Default.SlackButton);

    /// <summary>Reads a value, whoever wrote it; null when it is none.</summary>
    public static SlackButton? Read(string? value)
    {
        if (value is not { Length: > 0 and <= MaxChars })
        {
            return null;
        }

        try
        {
            var read = JsonSerializer.Deserialize(value, SlackJson.Default.SlackButton);
            return read is { Namespace: not null, Rollout: not null, Channel: not null, Revision: not null, Attempt: > 0, Step: > 0 }
                && Names.IsDnsLabel(read.Namespace) && Names.IsDnsLabel(read.Channel) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the button named <paramref name="actionId"/> asks for; null for others.</summary>
    public static RolloutAction? ActionOf(string? actionId) => actionId switch
    {
        "canary_approve" => RolloutAction.Approve,
        "canary_reject" => RolloutAction.Reject,
        "canary_abort" => RolloutAction.Abort,
        "canary_pause" => RolloutAction.Pause,
        _ => null,
    };

    /// <summary>The name of the button that asks for <paramref name="action"/>.</summary>
    public static string IdOf(RolloutAction action) => $"canary_{action.ToString().ToLowerInvariant()}";
}
