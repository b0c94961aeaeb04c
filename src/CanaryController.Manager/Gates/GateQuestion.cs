using System.Globalization;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Notifications.Webhooks;
using CanaryController.Resources;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Gates;

/// <summary>One question to a gate.</summary>
/// <param name="Rollout">Whose gate.</param>
/// <param name="State">The rollout as it was decided about last.</param>
/// <param name="Asked">The gate, and the step that names it.</param>
/// <param name="At">When it was asked for the first time; what failed is asked again under the same id.</param>
internal sealed record GateQuestion(RolloutKey Rollout, RolloutState State, AskedGate Asked, DateTimeOffset At)
{
    /// <summary>Names the question for receivers.</summary>
    public string Id =>
        $"{Rollout.Namespace}_{Rollout.Name}_{State.CanaryRevision}_{State.Attempt}_{Asked.StepIndex + 1}_{Asked.Gate.Name}_{At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";

    /// <summary>What the request carries. Pure.</summary>
    public WebhookPayload Payload(WebhookFormat format) => format switch
    {
        WebhookFormat.CloudEvents => WebhookPayload.CloudEvent(Id, Rollout, $"io.canarycontroller.gate.{WebhookPayload.Kebab(Asked.Gate.When.ToString())}", At, json =>
        {
            json.WriteString("gate", Asked.Gate.Name);
            json.WriteString("phase", State.Phase.ToString());
            json.WriteString("revision", State.CanaryRevision);
            json.WriteString("stableRevision", State.StableRevision);
            json.WriteNumber("attempt", State.Attempt);
            json.WriteNumber("step", Asked.StepIndex + 1);
            json.WriteNumber("steps", State.Plan.Count);
            json.WriteNumber("weightPercent", State.Weight.Percent);
            json.WriteStartObject("metadata");
            foreach (var (name, value) in Asked.Gate.Metadata)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }),
        WebhookFormat.Flagger => FlaggerPayload.Of(
            Rollout, State.Phase, State.CanaryRevision, State.Attempt, Asked.Gate.Metadata.Select(each => KeyValuePair.Create(each.Name, each.Value))),
    };
}
