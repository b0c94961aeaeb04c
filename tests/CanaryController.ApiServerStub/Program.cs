using System.Globalization;
using System.Runtime.InteropServices;
using CanaryController.ApiServerStub;

// api-server-stub [--port N] [--crds DIR]... [--kubeconfig FILE] [--token TOKEN[=USER[,GROUP]...]]... [--controllers] [--seeds FILE:COPIES]...
var options = new StubOptions();
string? kubeconfig = null;
for (var i = 0; i < args.Length; i++)
{
    var value = i + 1 < args.Length ? args[i + 1] : "";
    switch (args[i])
    {
        case "--controllers":
            options = options with { Controllers = true };
            continue;
        case "--port" when int.TryParse(value, CultureInfo.InvariantCulture, out var port):
            options = options with { Port = port };
            break;
        case "--crds" when Directory.Exists(value):
            var files = Directory.GetFiles(value, "*.yaml").Order(StringComparer.Ordinal);
            options = options with { Crds = [.. options.Crds, .. files.Select(File.ReadAllText)] };
            break;
        case "--seeds" when value.Split(':') is [var file, var times] && File.Exists(file) && int.TryParse(times, CultureInfo.InvariantCulture, out var copies):
            options = options with { Seeds = [.. options.Seeds, new(await File.ReadAllLinesAsync(file), copies)] };
            break;
        case "--kubeconfig" when value != "":
            kubeconfig = value;
            break;
        case "--token" when value != "":
            options = WithToken(options, value);
            break;
        default:
            await Console.Error.WriteLineAsync($"not understood: {args[i]} {value}\nusage: [--port N] [--crds DIR] [--kubeconfig FILE] [--token TOKEN[=USER[,GROUP]...]]... [--controllers] [--seeds FILE:COPIES]...");
            return 3;
    }

    i++;
}

var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}

using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await using var server = await StubServer.StartAsync(options);
if (kubeconfig is not null)
{
    await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig);
}

await Console.Out.WriteLineAsync($"serving {server.BaseUrl}");
await stop.Task;
return 0;

// A token without a user is the administrator's. The first one is the kubeconfig's.
static StubOptions WithToken(StubOptions options, string text)
{
    var parts = text.Split('=', 2);
    var names = parts.Length == 2 ? parts[1].Split(',') : [StubUser.Admin.Name];
    var tokens = new Dictionary<string, string>(options.Tokens, StringComparer.Ordinal) { [parts[0]] = names[0] };
    var users = parts.Length == 2 && names.Length > 1 ? options.Users.Append(new StubUser(names[0]) { Groups = names[1..] }) : options.Users;
    return options with { Tokens = tokens, Users = [.. users] };
}
