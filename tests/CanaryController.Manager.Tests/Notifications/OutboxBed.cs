using System.Collections.Concurrent;
using CanaryController.Core.Rollouts;
using CanaryController.Manager.Notifications;
using CanaryController.Manager.Notifications.Webhooks;
using CanaryController.Manager.Outbound;
using CanaryController.Manager.Standalone;
using CanaryController.Manager.Tests.Outbound;
using CanaryController.Resources.Api;
using CanaryController.Resources.Notifications;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace CanaryController.Manager.Tests.Notifications;

/// <summary>The real outbox, webhook destination and client before a receiver on loopback; channels in memory, secrets in files.</summary>
internal sealed class OutboxBed : INotificationChannels, IDeliveryMemory, ILogger<NotificationOutbox>, IAsyncDisposable
{
    public const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    public static readonly byte[] Key = [.. Enumerable.Range(0, 24).Select(number => (byte)number)];

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-outbox-").FullName;
    private readonly ConcurrentDictionary<ChannelKey, NotificationChannel> _channels = new();
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly OutboundClient _client;
    private readonly SemaphoreSlim _settled = new(0);

    private OutboxBed(HookReceiver receiver, params string[] allowed)
    {
        Receiver = receiver;
        var options = new OutboundOptions { Allow = OutboundPolicyTests.Allowed(allowed), SecretsFolder = _folder };
        _client = new(options, new SystemHostAddresses(), Time);
        Secrets = new FolderSecrets(options);
        Outbox = new(this, [new WebhookDestination(_client, new(Secrets, Time))], options, new(Metrics.WithCustomRegistry(_registry)), new Random(1), Time, this, this);
    }

    public HookReceiver Receiver { get; }

    public JumpingTime Time { get; } = new();

    public ISecretTexts Secrets { get; }

    public OutboundClient Client => _client;

    public NotificationOutbox Outbox { get; }

    /// <summary>What is settled, in order.</summary>
    public ConcurrentQueue<PendingDelivery> Settled { get; } = new();

    public ConcurrentQueue<string> Logged { get; } = new();

    public static async Task<OutboxBed> StartAsync(params string[] allowed) => new(await HookReceiver.StartAsync(), allowed is [] ? ["127.0.0.0/8"] : allowed);

    /// <summary>A webhook channel of the namespace shop.</summary>
    public void AddWebhook(string name, string path = "/hook", WebhookFormat format = WebhookFormat.CloudEvents, bool isSigned = true, string? url = null, params NotificationEvent[] events)
    {
        var channel = new NotificationChannel
        {
            Metadata = new() { Name = name, Namespace = "shop" },
            Spec = new()
            {
                Events = [.. events],
                Webhook = new()
                {
                    Url = url ?? Receiver.Url + path,
                    Format = format,
                    Secret = isSigned ? new() { Name = "canary-notifications", Key = name } : null,
                    Timeout = TimeSpan.FromSeconds(20),
                },
            },
        };
        _channels[channel.Key] = channel;
        if (isSigned)
        {
            WriteSecret(name, Secret);
        }
    }

    public void WriteSecret(string key, string text)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "canary-notifications"));
        File.WriteAllText(Path.Combine(_folder, "canary-notifications", key), text + "\n");
    }

    public void RemoveSecret(string key) => File.Delete(Path.Combine(_folder, "canary-notifications", key));

    public void SetTimeout(string name, TimeSpan timeout)
    {
        var channel = _channels[new("shop", name)];
        _channels[channel.Key] = channel with { Spec = channel.Spec with { Webhook = channel.Spec.Webhook! with { Timeout = timeout } } };
    }

    /// <summary>Tells a transition of a rollout of the namespace shop.</summary>
    public Notification Tell(string channel, long sequence = 1, string rollout = "checkout", RolloutPhase to = RolloutPhase.Aborting, RolloutReason reason = RolloutReason.MetricFailed, bool isAsked = false)
    {
        var notification = NotificationRoutes.Of(Event(sequence, rollout, to, reason));
        Outbox.Add(new(sequence, new("shop", channel), Time.GetUtcNow(), notification) { IsAsked = isAsked });
        return notification;
    }

    public static RolloutEvent Event(long sequence, string rollout, RolloutPhase to, RolloutReason reason) => new()
    {
        Id = 99,
        Namespace = "shop",
        Name = rollout,
        Sequence = sequence,
        At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        From = RolloutPhase.Progressing,
        To = to,
        Revision = "v2",
        Step = 2,
        WeightPercent = 25,
        Reason = reason,
        Message = "success-rate 96.2 % is below min 99 %.",
        Actor = null,
    };

    /// <summary>Waits until that many more deliveries are settled.</summary>
    public async Task WhenSettledAsync(int count = 1)
    {
        for (var left = count; left > 0; left--)
        {
            Assert.True(await _settled.WaitAsync(_patience), $"Still waiting; logged: {string.Join('|', Logged)}");
        }
    }

    public async Task<double> MetricAsync(string name)
    {
        using var text = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(text);
        var line = System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public NotificationChannel? Find(ChannelKey key) => _channels.GetValueOrDefault(key);

    public void Settle(PendingDelivery delivery)
    {
        Settled.Enqueue(delivery);
        _settled.Release();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Logged.Enqueue($"{logLevel}: {formatter(state, exception)}{exception}");

    public async ValueTask DisposeAsync()
    {
        await Outbox.StopAsync(CancellationToken.None);
        Outbox.Dispose();
        _client.Dispose();
        await Receiver.DisposeAsync();
        _settled.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
