using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.Manager.Approvals.Slack;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using CanaryController.Manager.Traffic;
using CanaryController.Resources;

namespace CanaryController.Manager.Kubernetes;

/// <summary>The messages in an annotation of their Rollout: they go with it. What could not be written yet is known until the process ends.</summary>
internal sealed class ClusterSlackMessages(IKubeApi api, IObjectCache<RolloutObject> rollouts) : ISlackMessages
{
    private const int MaxChannels = 32;
    private const int MaxWritten = 4;
    private const int MaxKept = 20_000;

    private readonly ConcurrentDictionary<RolloutKey, Dictionary<string, SlackMessage>> _kept = new();

    /// <inheritdoc/>
    public SlackMessage? Find(RolloutKey rollout, string channel) =>
        (_kept.GetValueOrDefault(rollout) ?? Read(rollouts.Find(new(rollout.Namespace, rollout.Name)))).GetValueOrDefault(channel);

    /// <inheritdoc/>
    public async Task KeepAsync(RolloutKey rollout, string channel, SlackMessage message, CancellationToken cancellation)
    {
        var name = new ObjectName(rollout.Namespace, rollout.Name);
        var all = new Dictionary<string, SlackMessage>(_kept.GetValueOrDefault(rollout) ?? Read(rollouts.Find(name)), StringComparer.Ordinal);
        if (all.Count >= MaxChannels && !all.ContainsKey(channel))
        {
            all.Clear();
        }

        all[channel] = message;
        Keep(rollout, all);
        for (var tried = 0; tried < MaxWritten; tried++)
        {
            // Which annotations others have is not kept in memory, and the patch has to know whether there are any.
            if ((await api.GetAsync(ObjectKind.Rollout, name, cancellation)).Body is not { } found)
            {
                return;
            }

            var (meta, hasAnnotations) = (found.Project(RolloutObject.Project).Meta, found["metadata"]?["annotations"] is JsonObject);
            var patch = JsonPatch.At(meta.ResourceVersion).Annotate(meta, hasAnnotations, (Marks.SlackAnnotation, JsonSerializer.Serialize(all, SlackJson.Default.DictionaryStringSlackMessage)));
            var answer = await api.PatchAsync(ObjectKind.Rollout, name, patch, cancellation);
            if (answer.Body is { } body)
            {
                rollouts.Put(body.Project(RolloutObject.Project));
                return;
            }

            if (answer.Outcome is not KubeOutcome.Conflict)
            {
                return;
            }
        }
    }

    private void Keep(RolloutKey rollout, Dictionary<string, SlackMessage> all)
    {
        if (_kept.Count >= MaxKept)
        {
            _kept.Clear();
        }

        _kept[rollout] = all;
    }

    private static Dictionary<string, SlackMessage> Read(RolloutObject? rollout)
    {
        try
        {
            return rollout?.Meta.Annotations.GetValueOrDefault(Marks.SlackAnnotation) is { } text ? JsonSerializer.Deserialize(text, SlackJson.Default.DictionaryStringSlackMessage) ?? [] : [];
        }
        catch (JsonException)
        {
            // Somebody else wrote it: a new message is posted.
            return [];
        }
    }
}
