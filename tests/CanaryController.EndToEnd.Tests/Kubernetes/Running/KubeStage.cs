using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using CanaryController.EndToEnd.Tests.Kubernetes.Api;
using CanaryController.EndToEnd.Tests.Kubernetes.Mesh;
using CanaryController.EndToEnd.Tests.Kubernetes.Watching;
using CanaryController.Examples.Demo.Processes;

namespace CanaryController.EndToEnd.Tests.Kubernetes.Running;

/// <summary>Everything that the tests share: an API server, the mesh, Prometheus, one controller, and the namespaces that it watches.</summary>
internal sealed class KubeStage : IAsyncDisposable
{
    /// <summary>Names the kubeconfig of a real cluster; without it the tests run on the stub.</summary>
    public const string Variable = "CANARY_E2E_KUBECONFIG";

    /// <summary>Names another kubeconfig for the controllers, so that they have only the permissions that an installation gives them; without it they use the tests' own.</summary>
    public const string ControllerVariable = "CANARY_E2E_CONTROLLER_KUBECONFIG";

    /// <summary>How many tests run at once at most: each has a namespace for itself.</summary>
    public const int MaxTests = 8;

    private static readonly TimeSpan _removal = TimeSpan.FromSeconds(60);

    private readonly Channel<NamespaceView> _free = Channel.CreateUnbounded<NamespaceView>();
    private readonly List<NamespaceView> _all = [];
    private readonly List<string> _homes = [];
    private readonly List<Controller> _controllers = [];
    private readonly Lock _gate = new();
    private readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));
    private readonly string _folder = Directory.CreateTempSubdirectory("canary-e2e-stage-").FullName;
    private StubProgram? _stub;
    private ClusterDefinitions? _definitions;
    private int _namespaces;
    private int _shops;
    private int _holders;

    private KubeStage(TimeProvider time)
    {
        Time = time;
        Guardian = new Guardian(_folder);
    }

    /// <summary>The wall clock: everything here is real.</summary>
    public TimeProvider Time { get; }

    /// <summary>Ends what was started, whatever happens to the tests.</summary>
    public Guardian Guardian { get; }

    /// <summary>How the API server is reached.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>How the controllers reach it.</summary>
    private string ControllerKubeconfig => Environment.GetEnvironmentVariable(ControllerVariable) is { Length: > 0 } own ? own : Kubeconfig;

    /// <summary>A way of the test's own to the API server.</summary>
    public KubeClient Client { get; private set; } = null!;

    /// <summary>The same for somebody else than the controller's user, whose writes no webhook leaves alone.</summary>
    public KubeClient People { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    public MeshSimulator Mesh { get; private set; } = null!;

    /// <summary>Where the evidence is.</summary>
    public PrometheusProgram Prometheus { get; } = new();

    /// <summary>The controller that most tests share.</summary>
    public Controller Controller { get; private set; } = null!;

    /// <summary>The stub was not replaced by a cluster.</summary>
    public bool IsStub => _stub is not null;

    /// <summary>Pods stay unready where a template's annotation says so: on the stub, and where the cluster's only node is called <c>sim</c>.</summary>
    public bool HasSimulatedNodes { get; private set; }

    /// <summary>Says that nobody else uses the real cluster, so that a controller may lead all Rollouts of it.</summary>
    public const string WholeClusterVariable = "CANARY_E2E_WHOLE_CLUSTER";

    /// <summary>Starts everything.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="isShared">Many tests use it, and most of them one controller; else each starts its own.</param>
    public static async Task<KubeStage> BuildAsync(TimeProvider time, CancellationToken cancellation, bool isShared = true)
    {
        var stage = new KubeStage(time);
        try
        {
            await stage.StartAsync(isShared, cancellation);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>A name that no other shop has.</summary>
    public string NewShopName() => $"shop-{Interlocked.Increment(ref _shops):000}";

    /// <summary>Borrows a namespace of the shared controller.</summary>
    public ValueTask<NamespaceView> BorrowAsync(CancellationToken cancellation) => _free.Reader.ReadAsync(cancellation);

    /// <summary>Gives it back.</summary>
    public void GiveBack(NamespaceView view) => _free.Writer.TryWrite(view);

    /// <summary>A namespace that the shared controller does not watch.</summary>
    public async Task<NamespaceView> NewNamespaceAsync(CancellationToken cancellation)
    {
        var name = await NewNameAsync(cancellation);
        var view = await NamespaceView.OpenAsync(Client, name, Time, cancellation);
        Mesh.Carry(view);
        lock (_gate)
        {
            _all.Add(view);
        }

        return view;
    }

    /// <summary>A namespace for Leases: a controller has its own outside of those that it watches.</summary>
    public async Task<string> NewHomeAsync(CancellationToken cancellation)
    {
        var name = await NewNameAsync(cancellation);
        lock (_gate)
        {
            _homes.Add(name);
        }

        return name;
    }

    /// <summary>Starts a controller for some namespaces.</summary>
    /// <param name="home">Where its Lease is: those with the same home follow each other.</param>
    /// <param name="namespaces">What it watches.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="forwarder">The way to the API server; null = directly.</param>
    /// <param name="guards">Where it answers admission requests; null = it does not.</param>
    /// <param name="settings">More sections of its configuration.</param>
    public async Task<Controller> StartControllerAsync(
        string home, IReadOnlyList<string> namespaces, CancellationToken cancellation, Forwarder? forwarder = null, GuardPost? guards = null, string settings = "")
    {
        var kubeconfig = Kubeconfigs.Write(ControllerKubeconfig, _folder, home, forwarder?.Port);
        var holder = $"e2e-{Interlocked.Increment(ref _holders)}";
        var controller = await Controller.StartAsync(new(kubeconfig, namespaces, Prometheus.Url, holder) { Guards = guards, Settings = settings }, Guardian, Time, cancellation);
        lock (_gate)
        {
            _controllers.Add(controller);
        }

        return controller;
    }

    /// <summary>Where a controller with this home answers admission requests.</summary>
    public Task<GuardPost> NewGuardPostAsync(string home, CancellationToken cancellation) => GuardPost.MakeAsync(Client, home, _folder, Time, cancellation);

    /// <summary>A way to the API server that can be cut.</summary>
    public Forwarder NewForwarder() => new(Client.Server);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RemoveNamespacesAsync();
        }
        finally
        {
            foreach (var controller in _controllers)
            {
                await controller.DisposeAsync();
            }

            foreach (var view in _all)
            {
                await view.DisposeAsync();
            }

            if (Mesh is not null)
            {
                await Mesh.DisposeAsync();
            }

            await Prometheus.DisposeAsync();
            if (_stub is not null)
            {
                await _stub.DisposeAsync();
            }

            Client?.Dispose();
            People?.Dispose();
            Guardian.Dispose();
        }
    }

    private async Task StartAsync(bool isShared, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } kubeconfig)
        {
            Kubeconfig = kubeconfig;
        }
        else
        {
            _stub = await StubProgram.StartAsync(_folder, Guardian, Time, cancellation);
            Kubeconfig = _stub.Kubeconfig;
        }

        Client = new KubeClient(Kubeconfig);
        People = new KubeClient(Kubeconfig, "e2e-people");
        _definitions = new(Client);
        await _definitions.AddAsync(Time, cancellation);
        HasSimulatedNodes = IsStub || (await Client.ListAsync(KubeKind.Node, null, cancellation)).Items("items").All(node => node.Name() == "sim");
        var meshPort = FreePorts.Find(1)[0];
        Mesh = new MeshSimulator(Client, meshPort, Time);
        Prometheus.Start(meshPort, Guardian, Time);
        if (isShared)
        {
            for (var i = 0; i < MaxTests; i++)
            {
                GiveBack(await NewNamespaceAsync(cancellation));
            }

            Controller = await StartControllerAsync(await NewHomeAsync(cancellation), [.. _all.Select(view => view.Name)], cancellation);
        }
    }

    private async Task<string> NewNameAsync(CancellationToken cancellation)
    {
        var name = $"cc-e2e-{_mark}-{Interlocked.Increment(ref _namespaces):00}";
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } };
        (await Client.CreateAsync(KubeKind.Namespace, null, body, cancellation)).Done();
        return name;
    }

    // The controllers are still there: they let go of the Rollouts.
    private async Task RemoveNamespacesAsync()
    {
        using var limit = new CancellationTokenSource(_removal, Time);
        try
        {
            foreach (var view in _all)
            {
                await Client.DeleteAsync(KubeKind.Namespace, null, view.Name, limit.Token);
            }

            foreach (var view in IsStub ? [] : _all)
            {
                while (!(await Client.GetAsync(KubeKind.Namespace, null, view.Name, limit.Token)).IsNotFound)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(250), Time, limit.Token);
                }
            }

            foreach (var home in _homes)
            {
                await Client.DeleteAsync(KubeKind.Namespace, null, home, limit.Token);
            }

            if (_definitions is not null)
            {
                await _definitions.RemoveAsync(limit.Token);
            }
        }
        catch (Exception lost) when (lost is HttpRequestException or OperationCanceledException)
        {
            // What is left has names of its own: it is in nobody's way.
        }
    }
}
