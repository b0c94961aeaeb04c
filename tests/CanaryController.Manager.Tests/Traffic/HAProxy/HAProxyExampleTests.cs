using System.Diagnostics;
using CanaryController.Manager.Hosting;

namespace CanaryController.Manager.Tests.Traffic.HAProxy;

/// <summary>The files of <c>examples/haproxy</c> are what the programs take.</summary>
public sealed class HAProxyExampleTests
{
    [Fact]
    public void The_manager_takes_its_configuration()
    {
        var (options, problems) = ManagerOptionsReader.Read(Path.Combine(Folder(), "canary-controller.yaml"), new Dictionary<string, string?>());

        Assert.Empty(problems);
        Assert.Equal(("edge", "/run/haproxy/admin.sock"), (options.HAProxies[0].Name, options.HAProxies[0].Place));
    }

    [Fact(Timeout = 30_000)]
    public async Task HAProxy_takes_its_configuration()
    {
        var program = Environment.GetEnvironmentVariable(RealHAProxy.Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(program), $"no HAProxy: ./build.sh test gets one from Debian, or name one in {RealHAProxy.Variable}");
        using var check = Process.Start(new ProcessStartInfo(program, ["-c", "-f", Path.Combine(Folder(), "haproxy.cfg")]) { RedirectStandardError = true, UseShellExecute = false })!;

        var said = await check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(check.ExitCode == 0, said);
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CanaryController.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "examples", "haproxy");
    }
}
