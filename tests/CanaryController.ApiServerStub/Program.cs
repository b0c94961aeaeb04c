using System.Globalization;
using System.Runtime.InteropServices;
using CanaryController.ApiServerStub;

// api-server-stub [--port N] [--crds DIR]... [--kubeconfig FILE] [--token TOKEN] [--controllers] [--seeds FILE:COPIES]...
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
            options = options with { Tokens = new Dictionary<string, string>(StringComparer.Ordinal) { [value] = "admin" } };
            break;
        default:
            await Console.Error.WriteLineAsync($"not understood: {args[i]} {value}\nusage: [--port N] [--crds DIR] [--kubeconfig FILE] [--token TOKEN] [--controllers] [--seeds FILE:COPIES]...");
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
