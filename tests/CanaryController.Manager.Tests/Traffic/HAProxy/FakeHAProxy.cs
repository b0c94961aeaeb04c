using System.Net.Sockets;
using System.Text;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>A server of the fake.</summary>
internal sealed class FakeServer(string name, int initial)
{
    public string Name => name;

    public int Initial { get; } = initial;

    public int Weight { get; set; } = initial;

    /// <summary>0 stopped, 1 starting, 2 running, 3 stopping.</summary>
    public int Operation { get; set; } = 2;

    public int Admin { get; set; }

    public bool IsBackup { get; init; }
}

/// <summary>A backend of the fake.</summary>
internal sealed class FakeBackend(string name, params FakeServer[] servers)
{
    public string Name => name;

    public IReadOnlyList<FakeServer> Servers => servers;

    public string Algorithm { get; set; } = "roundrobin";

    /// <summary>It accepts only 0 and the configured weight.</summary>
    public bool IsStatic { get; set; }

    public string Cookie { get; set; } = "";

    public FakeServer this[string server] => servers.Single(each => each.Name == server);

    public string Weights => string.Join(' ', servers.Select(server => $"{server.Name}={server.Weight}"));
}

/// <summary>
/// HAProxy's admin socket, as version 2.6 answers it: one line of commands a connection, each answer followed by a blank line, the weights' bounds, unknown names, levels, and static algorithms.
/// </summary>
internal sealed class FakeHAProxy : IAsyncDisposable
{
    private const string StateColumns =
        "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state "
        + "srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port";

    private readonly string _folder = Directory.CreateTempSubdirectory("canary-fake-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private readonly List<string> _commands = [];

    public FakeHAProxy(params FakeBackend[] backends)
    {
        Backends = [.. backends];
        _listener.Bind(new UnixDomainSocketEndPoint(Socket));
        _listener.Listen();
        _accepting = Task.Run(AcceptAsync, CancellationToken.None);
    }

    public string Socket => Path.Combine(_folder, "admin.sock");

    public List<FakeBackend> Backends { get; }

    /// <summary>The maps that the configuration names, by file: the entries' references, keys and values.</summary>
    public Dictionary<string, List<(string Reference, string Key, string Value)>> Maps { get; } = new(StringComparer.Ordinal);

    /// <summary>The commands that change maps, in their order.</summary>
    public IReadOnlyList<string> MapWrites
    {
        get
        {
            lock (_gate)
            {
                return [.. _commands.Where(command => command.StartsWith("add map ", StringComparison.Ordinal) || command.StartsWith("del map ", StringComparison.Ordinal))];
            }
        }
    }

    /// <summary>admin, operator or user.</summary>
    public string Level { get; set; } = "admin";

    /// <summary>What is answered instead; null hangs until the other side goes.</summary>
    public Func<string, string?>? Instead { get; set; }

    /// <summary>Called before each line is carried out.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Called after each command.</summary>
    public Action? After { get; set; }

    /// <summary>A frontend of the backend's name hides it from <c>show stat NAME</c>.</summary>
    public bool HasNamesake { get; set; }

    /// <summary>The commands that set something, in their order.</summary>
    public IReadOnlyList<string> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _commands.Where(command => command.StartsWith("set ", StringComparison.Ordinal))];
            }
        }
    }

    public int Lines { get; private set; }

    /// <summary>A reload: every server weighs again what the configuration says, and maps have what their files have.</summary>
    public void Reload()
    {
        Backends.SelectMany(backend => backend.Servers).ToList().ForEach(server => server.Weight = server.Initial);
        Maps.Values.ToList().ForEach(entries => entries.Clear());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        try
        {
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var line = await reader.ReadLineAsync(_stop.Token) ?? "";
            Before?.Invoke(line);
            Lines++;
            var answer = Instead is { } instead ? instead(line) : FakeCommands.AsksForMore(line) ? null : string.Concat(FakeCommands.Of(line).Select(command => Answer(command.Text, command.Words) + "\n"));
            if (answer is null)
            {
                await reader.ReadToEndAsync(_stop.Token);
                return;
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The other side went, or the test is over.
        }
    }

    private string Answer(string command, string[] words)
    {
        lock (_gate)
        {
            _commands.Add(command);
            var answer = words switch
            {
                ["show", "servers", "state", var backend] => Find(backend) is { } found ? State(found) : "Can't find backend.\n",
                ["show", "stat", var proxy, "6", "-1"] => Stat(proxy),
                ["set", "server", var path, "weight", var weight] => Set(path.Split('/'), weight),
                ["show", "map"] => "# id (file) description\n" + string.Concat(Maps.Select((map, index) => $"{index} ({map.Key}) pattern loaded from file '{map.Key}' used by map at file 'h.cfg' line 13. curr_ver=0 next_ver=0 entry_cnt={map.Value.Count}\n")),
                [_, "map", var file, ..] when !Maps.ContainsKey(file) => "Unknown map identifier. Please use #<id> or <file>.\n",
                ["show", "map", var file] => string.Concat(Maps[file].Select(entry => $"{entry.Reference} {entry.Key} {entry.Value}\n")),
                ["add", "map", var file, var key, var value] => Add(file, key, value),
                ["del", "map", var file, var key] => Maps[file].RemoveAll(entry => key.StartsWith('#') ? entry.Reference == key[1..] : entry.Key == key) > 0 ? "" : "Key not found.\n",
                _ => "Unknown command, but maybe one of the following ones is a better match:\n",
            };
            After?.Invoke();
            return answer;
        }
    }

    private string Add(string file, string key, string value)
    {
        Maps[file].Add(($"0x{0x55d52dd00000 + _commands.Count:x}", key, value));
        return "";
    }

    private string State(FakeBackend backend) => $"1\n{StateColumns}\n" + string.Concat(backend.Servers.Select((server, index) =>
        $"{Number(backend)} {backend.Name} {index + 1} {server.Name} 127.0.0.1 {server.Operation} {server.Admin} {server.Weight} {server.Initial} 3 1 0 2 0 0 0 0 - 80 - 0 0 - - 0\n"));

    private string Stat(string proxy)
    {
        var backend = HasNamesake ? null : Find(proxy);
        backend ??= Backends.Find(each => $"{Number(each)}" == proxy);
        var (algorithm, cookie) = Level == "user" ? ("", "") : (backend?.Algorithm, backend?.Cookie);
        return (backend, HasNamesake) switch
        {
            (null, true) => "# pxname,svname,act,bck,cookie,mode,algo,last_chk,\n",
            (null, false) => "No such proxy.\n",
            _ => "# pxname,svname,act,bck,cookie,mode,algo,last_chk,\n"
                + string.Concat(backend.Servers.Select(server => $"{backend.Name},{server.Name},{(server.IsBackup ? 0 : 1)},{(server.IsBackup ? 1 : 0)},,http,,\"a, \"\"b\"\"\",\n"))
                + $"{backend.Name},BACKEND,1,0,{cookie},http,{algorithm},,\n",
        };
    }

    private string Set(string[] path, string text)
    {
        if (Level != "admin")
        {
            return "Permission denied\n";
        }

        if (Find(path[0]) is not { } backend)
        {
            return "No such backend.\n";
        }

        if (backend.Servers.FirstOrDefault(server => server.Name == path[1]) is not { } server)
        {
            return "No such server.\n";
        }

        var weight = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        if (weight is < 0 or > 256)
        {
            return "Absolute weight can only be between 0 and 256 inclusive.\n";
        }

        if (backend.IsStatic && weight != 0 && weight != server.Initial)
        {
            return "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n";
        }

        server.Weight = weight;
        return "";
    }

    private FakeBackend? Find(string name) => Backends.Find(backend => backend.Name == name);

    private int Number(FakeBackend backend) => Backends.IndexOf(backend) + 3;
}
