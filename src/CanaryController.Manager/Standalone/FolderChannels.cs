using System.Collections.Frozen;
using CanaryController.Manager.Notifications;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;

namespace CanaryController.Manager.Standalone;

/// <summary>The channels of the folder's files. A file that is broken, or of which a channel is, keeps those that it had; a restart in between forgets them until it is mended.</summary>
internal sealed class FolderChannels : INotificationChannels
{
    private volatile FrozenDictionary<ChannelKey, Known> _channels = FrozenDictionary<ChannelKey, Known>.Empty;

    /// <inheritdoc/>
    public NotificationChannel? Find(ChannelKey key) => _channels.GetValueOrDefault(key)?.Channel;

    /// <summary>Takes over what the folder says, and returns names that stand twice: the first file by name has them.</summary>
    public IReadOnlyList<FieldProblem> Apply(IReadOnlyList<FileReading> files)
    {
        var (next, problems) = (new Dictionary<ChannelKey, Known>(), new List<FieldProblem>());
        foreach (var file in files)
        {
            foreach (var channel in file.Channels.Where(channel => !next.TryAdd(channel.Key, new(channel, file.File))))
            {
                problems.Add(new(
                    "metadata.name", channel.Metadata.Name, $"The NotificationChannel {channel.Key} is defined in {next[channel.Key].File} already; this definition is ignored.",
                    "Give it another name, or remove one of the two.", file.File));
            }
        }

        var broken = files.Where(file => file.HasErrors).Select(file => file.File).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, known) in _channels.Where(each => broken.Contains(each.Value.File)))
        {
            next.TryAdd(key, known);
        }

        _channels = next.ToFrozenDictionary();
        return problems;
    }

    private sealed record Known(NotificationChannel Channel, string File);
}
