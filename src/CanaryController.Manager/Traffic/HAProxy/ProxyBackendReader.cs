using System.Globalization;
using CanaryController.Resources.Rules;

namespace CanaryController.Manager.Traffic.HAProxy;

/// <summary>Reads a backend out of what HAProxy answers. Columns are found by their names, so that a newer HAProxy may have more of them.</summary>
internal static class ProxyBackendReader
{
    /// <summary>What <c>show servers state</c> answers for a backend that is not there.</summary>
    public const string NoBackend = "Can't find backend.";

    private const string Format = "1";
    private const string Whole = "BACKEND";

    // SRV_ADMF_* of HAProxy's server.h: maintenance (forced 0x01, inherited 0x02, without an address 0x20) and drain (forced 0x08, inherited 0x10). 0x04 stays at a server that was configured as
    // disabled and is ready now; 0x40 only says that its name was set at run time.
    private const int OutBits = 0x01 | 0x02 | 0x08 | 0x10 | 0x20;

    /// <summary>The backend's number, by which a section is asked for whose name another one has too; null when <paramref name="state"/> does not say it.</summary>
    public static string? NumberOf(string state)
    {
        var lines = state.Split('\n');
        return lines.Length > 2 && lines[0] == Format ? lines[2].Split(' ')[0] : null;
    }

    /// <summary>True when <paramref name="stat"/> speaks of the whole of <paramref name="backend"/>.</summary>
    public static bool IsOf(string backend, string stat) => CsvTable.Read(stat).Any(row => row.Get("pxname") == backend && row.Get("svname") == Whole);

    /// <summary>Reads both answers.</summary>
    /// <param name="backend">The backend's name.</param>
    /// <param name="state">The answer to <see cref="ProxyCommand.ShowServers"/>.</param>
    /// <param name="stat">The answer to <see cref="ProxyCommand.ShowStat"/>.</param>
    /// <returns>The backend; or null and what is wrong, in one sentence.</returns>
    public static (ProxyBackend? Backend, string? Problem) Read(string backend, string state, string stat)
    {
        var rows = CsvTable.Read(stat).Where(row => row.Get("pxname") == backend).ToList();
        if (rows.Find(row => row.Get("svname") == Whole) is not { } whole)
        {
            return (null, $"it does not say what backend '{backend}' is: {First(stat)}");
        }

        var backups = rows.Where(row => row.Get("bck") == "1").Select(row => row.Get("svname")).ToHashSet(StringComparer.Ordinal);
        var lines = state.Split('\n');
        if (lines.Length < 2 || lines[0] != Format || !lines[1].StartsWith("# ", StringComparison.Ordinal))
        {
            return (null, $"it does not say the state of the servers of backend '{backend}': {First(state)}");
        }

        var columns = lines[1][2..].Split(' ');
        var servers = new List<ProxyServer>();
        foreach (var line in lines.Skip(2))
        {
            if (Server(columns, line.Split(' '), backups) is not { } server)
            {
                return (null, $"it says something else of a server of backend '{backend}' than its runtime API promises: {First(line)}");
            }

            servers.Add(server);
        }

        return (new(backend, whole.Get("algo"), whole.Get("cookie").Length > 0, [.. servers]), null);
    }

    private static ProxyServer? Server(string[] columns, string[] values, HashSet<string> backups)
    {
        var name = Text("srv_name");
        return Number("srv_uweight") is { } weight and <= ProxyCommand.MaxWeight && Number("srv_iweight") is { } initial and <= ProxyCommand.MaxWeight
            && Number("srv_op_state") is { } operation && Number("srv_admin_state") is { } admin && Names.IsProxyName(name)
            ? new(name, weight, initial, Health(operation, admin), backups.Contains(name))
            : null;

        string Text(string column) => Array.IndexOf(columns, column) is >= 0 and var index && index < values.Length ? values[index] : "";
        int? Number(string column) => int.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>SRV_ST_* of HAProxy's server.h: 0 stopped, 1 starting, 2 running, 3 stopping.</summary>
    private static ServerHealth Health(int operation, int admin) =>
        (admin & OutBits) != 0 ? ServerHealth.Out
        : operation is 1 or 2 ? ServerHealth.Up
        : ServerHealth.Down;

    private static string First(string text)
    {
        var line = text.Split('\n')[0];
        return line.Length > 200 ? line[..200] + "…" : line;
    }
}
