using System.Text.Json.Nodes;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Laws;
using CanaryController.EndToEnd.Tests.Kubernetes.Mesh;
using CanaryController.EndToEnd.Tests.Kubernetes.Running;
using CanaryController.EndToEnd.Tests.Kubernetes.Watching;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Shops;

/// <summary>A shop on the cluster, and what its people do.</summary>
internal sealed class Shop
{
    /// <summary>How long anything is waited for that is not said to take longer.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly KubeStage _stage;
    private readonly NamespaceView _view;
    private int _commands;

    public Shop(KubeStage stage, NamespaceView view, ShopOptions options, Controller controller, CancellationToken cancellation)
    {
        (_stage, _view, Options, Controller, Cancellation) = (stage, view, options, controller, cancellation);
        Name = stage.NewShopName();
        Manifests = new(view.Name, Name, options);
        Laws = new(Name, Disturbances);
        view.Ordered.Add(Laws.Observe);
        Traffic = stage.Mesh.Send(view, Name, options.RequestsPerSecond);
    }

    public string Name { get; }

    public string Namespace => _view.Name;

    public ShopOptions Options { get; }

    /// <summary>The controller that leads it.</summary>
    public Controller Controller { get; }

    /// <summary>Where the controller's Lease is, if it is this shop's alone.</summary>
    public string Home { get; init; } = "";

    public CancellationToken Cancellation { get; }

    public Manifests Manifests { get; }

    public LawBook Laws { get; }

    /// <summary>What the test does to the shop beside what its people do every day.</summary>
    public Disturbances Disturbances { get; } = new();

    /// <summary>Its requests.</summary>
    public ShopTraffic Traffic { get; }

    public KubeClient Client => Options.IsGuarded ? _stage.People : _stage.Client;

    public KubeStage Stage => _stage;

    public NamespaceView View => _view;

    public JsonObject? Rollout => _view.Find(KubeKind.Rollout, Name);

    public JsonObject? Deployment => _view.Find(KubeKind.Deployment, Name);

    public JsonObject? Route => Options.Form is { } form ? _view.Find(form.Kind, Name) : null;

    private JsonObject? Beside => Options.Form is { } form && form.Beside(Name) is { } name ? _view.Find(form.Kind, name) : null;

    /// <summary>Where each rule of the route sends to.</summary>
    public IEnumerable<IReadOnlyList<(string Service, int Weight)>> Backends => Options.Form?.Backends(Route, Beside) ?? [];

    public string? Phase => Rollout.Text("status", "phase");

    /// <summary>The present step, from 1; 0 at rest.</summary>
    public int Step => Rollout.Int("status", "step") ?? 0;

    public IEnumerable<JsonObject> ReplicaSets => _view.All(KubeKind.ReplicaSet).Where(item => item.Label("app") == Name);

    public IEnumerable<JsonObject> Pods => _view.All(KubeKind.Pod).Where(item => item.Label("app") == Name);

    /// <summary>Pods of a release that take requests, by uid.</summary>
    public IReadOnlySet<string> Serving(string release) => Pods.Where(pod => pod.Label("release") == release && pod.IsServing()).Select(pod => pod.Uid()).ToHashSet(StringComparer.Ordinal);

    /// <summary>The ReplicaSet of a release; null while there is none.</summary>
    public JsonObject? ReplicaSet(string release) => ReplicaSets
        .Where(item => item.Text("spec", "template", "metadata", "labels", "release") == release)
        .MaxBy(item => item.Int("spec", "replicas") ?? 0);

    /// <summary>What a release gets of the requests now, in percent of the route's weights.</summary>
    public double Share(string release)
    {
        var hash = ReplicaSet(release).Hash();
        return Now([KubeKind.Pod, KubeKind.EndpointSlice, .. RouteForm.Companions, .. RouteForm.Kinds]).Traffic.GetValueOrDefault(hash) * 100;
    }

    /// <summary>All pods that serve stand in the endpoints of a Service: a cluster fills those a while after the pods are ready, and requests are lost until then.</summary>
    public bool IsServed(string service, int pods) => Now(KubeKind.EndpointSlice).Endpoints(service).Count == pods;

    /// <summary>Installs Deployment, Service and route with release v1, then the Rollout; returns when the controller leads it.</summary>
    public async Task OpenAsync()
    {
        if (Options.IsExternal)
        {
            await OpenExternalAsync();
            return;
        }

        (await Client.CreateAsync(KubeKind.Deployment, Namespace, Manifests.Deployment("v1", Options.Replicas), Cancellation)).Done();
        (await Client.CreateAsync(KubeKind.Service, Namespace, Manifests.Service(), Cancellation)).Done();
        if (Options is { IsBySubset: true, Form.Companion: { } companion })
        {
            (await Client.CreateAsync(companion, Namespace, Manifests.Companion(companion), Cancellation)).Done();
        }

        if (Options.Form is { } form)
        {
            (await Client.CreateAsync(form.Kind, Namespace, Manifests.Route(), Cancellation)).Done();
        }

        await UntilAsync("v1 serves", () => Serving("v1").Count == Options.Replicas && Deployment.Int("status", "availableReplicas") == Options.Replicas && IsServed(Name, Options.Replicas));
        (await Client.CreateAsync(KubeKind.Rollout, Namespace, Manifests.Rollout(), Cancellation)).Done();
        await UntilAsync("the controller leads it", () => Phase is "Idle" && (Options.IsGuarded ? IsShielded : IsHeld));
    }

    /// <summary>The Deployment is paused, and the Services stand where the route needs them.</summary>
    public bool IsHeld => Deployment.Flag("spec", "paused") && IsShielded;

    // Subsets choose among the pods of the Service itself, which stays open.
    private bool IsShielded => Options.Form is null || IsPinned(Options.IsBySubset ? $"{Name}-stable" : Name);

    private bool IsPinned(string service) => _view.Find(KubeKind.Service, service).Text("spec", "selector", "pod-template-hash") is not null;

    /// <summary>Somebody changes the Deployment's template.</summary>
    public async Task ReleaseAsync(string release, bool isReady = true, KubeClient? by = null)
    {
        var patch = new JsonObject { ["spec"] = new JsonObject { ["template"] = Manifests.Template(release, isReady) } };
        if (isReady)
        {
            patch["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["sim/ready"] = null };
        }

        (await (by ?? Client).MergeAsync(KubeKind.Deployment, Namespace, Name, patch, Cancellation)).Done();
    }

    /// <summary>Somebody, or an autoscaler, scales the Deployment.</summary>
    public async Task ScaleAsync(int replicas) =>
        (await Client.MergeAsync(KubeKind.Deployment, Namespace, Name, new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } }, Cancellation)).Done();

    /// <summary>Somebody commands, and it is carried out.</summary>
    public async Task CommandAsync(string action)
    {
        var id = (await CreateCommandAsync(action)).Uid();
        var answer = "";
        await UntilAsync($"{action} is answered", () => (answer = Rollout.Items("status", "commands").LastOrDefault(each => each.Text("id") == id).Text("status") ?? "").Length > 0);
        Assert.Equal("Accepted", answer);
    }

    /// <summary>Somebody commands: what the command's own status says.</summary>
    public async Task<string?> AskAsync(string action)
    {
        var name = (await CreateCommandAsync(action)).Name();
        var answer = default(string);
        for (var tried = 0; answer is null && tried < 100; tried++)
        {
            answer = (await Client.GetAsync(KubeKind.RolloutCommand, Namespace, name, Cancellation)).Done().Text("status", "phase");
            await AfterAsync(TimeSpan.FromMilliseconds(50));
        }

        return answer;
    }

    /// <summary>Somebody writes the annotation that releases the Rollout, or takes it away (null).</summary>
    public async Task MarkAsync(string? value)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["canarycontroller.io/release"] = value } } };
        (await Client.MergeAsync(KubeKind.Rollout, Namespace, Name, patch, Cancellation)).Done();
    }

    private async Task<JsonObject> CreateCommandAsync(string action)
    {
        var name = $"{Name}-{Interlocked.Increment(ref _commands)}";
        var body = new JsonObject
        {
            ["apiVersion"] = KubeKind.RolloutCommand.ApiVersion,
            ["kind"] = KubeKind.RolloutCommand.Kind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["rollout"] = Name, ["action"] = action },
        };
        return (await Client.CreateAsync(KubeKind.RolloutCommand, Namespace, body, Cancellation)).Done();
    }

    /// <summary>Kubelets find pods of a release unready; their ReplicaSet keeps them.</summary>
    public async Task MakeUnreadyAsync(string release, int count)
    {
        foreach (var pod in Pods.Where(pod => pod.Label("release") == release && pod.IsServing()).Take(count).ToList())
        {
            Disturbances.Pods.Add(pod.Name());
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["sim/ready"] = "false" } } };
            (await Client.MergeAsync(KubeKind.Pod, Namespace, pod.Name(), patch, Cancellation)).Done();
        }
    }

    /// <summary>The disturbances are over, and all is as it was or as people want it now: from here nothing is excused by what was before.</summary>
    public async Task CalmAsync()
    {
        // The laws look back a little: they shall have seen all that is excused.
        await _view.SettleAsync(Cancellation);
        Disturbances.Calm();
    }

    /// <summary>Lets a while pass: for what happens at a moment of its own, not for what could be waited for.</summary>
    public Task AfterAsync(TimeSpan delay) => Task.Delay(delay, _stage.Time, Cancellation);

    /// <summary>Waits for a condition, and says what came instead when it does not come.</summary>
    public async Task UntilAsync(string what, Func<bool> condition, TimeSpan? deadline = null)
    {
        if (!await _view.UntilAsync(condition, deadline ?? Deadline, Cancellation))
        {
            await _view.SettleAsync(Cancellation);
            throw new TimeoutException($"{Name}: not within {deadline ?? Deadline}: {what}. It is {Phase}, step {Step}: {Rollout.Text("status", "message")}\n{string.Join('\n', Rollout.Items("status", "conditions").Select(each => each.ToJsonString()))}\n{Laws.Last}");
        }
    }

    /// <summary>Waits until the canary rests at a step, with its weight taken up.</summary>
    public Task UntilStepAsync(int step, string release, double percent) =>
        UntilAsync($"step {step}, {release} at {percent} %", () => Phase is "Progressing" && Step == step && Math.Abs(Share(release) - percent) < 0.01);

    // Two Deployments with a Service each; the Rollout knows the Services only.
    private async Task OpenExternalAsync()
    {
        foreach (var release in (string[])["v1", "v2"])
        {
            (await Client.CreateAsync(KubeKind.Deployment, Namespace, Manifests.Deployment(release, Options.Replicas, $"{Name}-{release}"), Cancellation)).Done();
            (await Client.CreateAsync(KubeKind.Service, Namespace, Manifests.Service(release), Cancellation)).Done();
        }

        (await Client.CreateAsync(Options.Form!.Kind, Namespace, Manifests.Route(), Cancellation)).Done();
        await UntilAsync("both versions serve", () => Serving("v1").Count == Options.Replicas && Serving("v2").Count == Options.Replicas && IsServed($"{Name}-v1", Options.Replicas) && IsServed($"{Name}-v2", Options.Replicas));
        (await Client.CreateAsync(KubeKind.Rollout, Namespace, Manifests.Rollout(), Cancellation)).Done();
        await UntilAsync("the controller leads it", () => Phase is "Idle");
    }

    /// <summary>The shop's objects of some kinds, as they were seen last.</summary>
    private World Now(params ReadOnlySpan<KubeKind> kinds)
    {
        var world = new World(Name);
        foreach (var kind in kinds)
        {
            foreach (var item in _view.All(kind))
            {
                if (new ClusterEvent(kind, item, false, default) is var happened && world.Concerns(happened))
                {
                    world.Apply(happened);
                }
            }
        }

        return world;
    }

    /// <summary>Stops looking.</summary>
    public void Close()
    {
        _view.Ordered.Remove(Laws.Observe);
        _stage.Mesh.Forget(_view, Name);
    }
}
