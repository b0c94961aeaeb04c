using System.Text.Json.Nodes;

namespace CanaryController.Manager.Traffic.Consul;

/// <summary>One service of one agent: what is watched of it.</summary>
internal sealed class ConsulService
{
    private readonly ConsulWatch _splitter;
    private readonly ConsulWatch _resolver;
    private readonly ConsulWatch _router;
    private readonly ConsulWatch _instances;

    public ConsulService(ConsulClient client, string name, TimeProvider time)
    {
        (Client, Name) = (client, name);
        _splitter = Entry(ConsulEntry.Splitter, time);
        _resolver = Entry(ConsulEntry.Resolver, time);
        _router = Entry(ConsulEntry.Router, time);
        _instances = new(client, ConsulInstances.Path(name), $"read the instances of service {name}", time);
    }

    /// <summary>The agent.</summary>
    public ConsulClient Client { get; }

    /// <summary>The service's name.</summary>
    public string Name { get; }

    /// <summary>What there is now; a quiet service costs a request or two a second at most, and usually none.</summary>
    public Task<ConsulSight> LookAsync(CancellationToken cancellation) => SeeAsync(watch => watch.GetAsync(cancellation));

    /// <summary>What there is now, with the entries asked for anew: after a write, and when somebody else wrote.</summary>
    public Task<ConsulSight> LookAgainAsync(CancellationToken cancellation) =>
        SeeAsync(watch => watch == _instances ? watch.GetAsync(cancellation) : watch.RefreshAsync(cancellation));

    /// <summary>Nobody leads the service any more.</summary>
    public void Stop()
    {
        _splitter.Stop();
        _resolver.Stop();
        _router.Stop();
        _instances.Stop();
    }

    private async Task<ConsulSight> SeeAsync(Func<ConsulWatch, Task<ConsulAnswer>> read)
    {
        var answers = await Task.WhenAll(read(_splitter), read(_resolver), read(_router), read(_instances));
        var (splitter, resolver, router, instances) = (answers[0], answers[1], answers[2], answers[3]);
        var problem = splitter.Problem ?? resolver.Problem ?? router.Problem ?? Shape(splitter, ConsulEntry.Splitter) ?? Shape(resolver, ConsulEntry.Resolver) ?? Shape(router, ConsulEntry.Router);
        return new(
            problem is null ? splitter.Body as JsonObject : null,
            problem is null ? resolver.Body as JsonObject : null,
            problem is null ? router.Body as JsonObject : null,
            instances.Body as JsonArray,
            problem,
            instances.Problem ?? (instances.Body is JsonArray ? null : $"Consul '{Client.Name}' did not answer a list of the instances of service {Name}."));
    }

    private string? Shape(ConsulAnswer answer, string kind) => answer.Body is null || (answer.Body is JsonObject entry && ConsulEntry.IndexOf(entry) > 0)
        ? null
        : $"Consul '{Client.Name}' answered something else than the {kind} {Name} when asked for it.";

    private ConsulWatch Entry(string kind, TimeProvider time) => new(Client, $"config/{kind}/{Uri.EscapeDataString(Name)}", $"read {kind} {Name}", time);
}
