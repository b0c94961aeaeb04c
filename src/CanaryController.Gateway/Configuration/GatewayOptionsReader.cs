using CanaryController.Shared;

namespace CanaryController.Gateway.Configuration;

/// <summary>What reading the configuration gave: options, or everything that is wrong with them.</summary>
/// <param name="Options">Null when something is wrong.</param>
/// <param name="Problems">Empty when nothing is.</param>
internal sealed record ReadOptions(GatewayOptions? Options, IReadOnlyList<FieldProblem> Problems);

/// <summary>Reads the file, then the environment over it (<c>CANARY_GATEWAY__ADMIN__LISTEN</c>), strictly.</summary>
internal static class GatewayOptionsReader
{
    public const string EnvironmentPrefix = "CANARY_GATEWAY__";
    private static readonly TimeSpan LongestShutdown = TimeSpan.FromMinutes(10);

    public static ReadOptions FromFile(string path)
    {
        try
        {
            return FromValues(YamlConfiguration.Read(path), withEnvironment: true);
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            return new ReadOptions(null, [FieldProblem.Of(path, null, wrong.Message)]);
        }
    }

    public static ReadOptions FromValues(IEnumerable<KeyValuePair<string, string?>> values, bool withEnvironment = false)
    {
        var builder = new ConfigurationBuilder();
        // A section of its own, so that the root is a section like any other.
        builder.AddInMemoryCollection(values.Select(value => KeyValuePair.Create("root:" + value.Key, value.Value)));
        if (withEnvironment)
        {
            var environment = new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build();
            builder.AddInMemoryCollection(
                environment.AsEnumerable().Where(value => value.Value is not null).Select(value => KeyValuePair.Create("root:" + value.Key, value.Value)));
        }

        var problems = new List<FieldProblem>();
        var options = Read(new SettingsReader(builder.Build().GetSection("root"), "", problems));
        return problems.Count == 0 ? new ReadOptions(options, []) : new ReadOptions(null, problems);
    }

    private static GatewayOptions Read(SettingsReader settings)
    {
        var options = new GatewayOptions
        {
            Listen = Address.Listen(settings, "listen", GatewayOptions.DefaultListen),
            Protocol = settings.Choice("protocol", ListenProtocol.Http1),
            Admin = ReadAdmin(settings.Section("admin")),
            StateFile = settings.Text("stateFile") ?? GatewayOptions.DefaultStateFile,
            ForwardedHeaders = settings.Choice("forwardedHeaders", ForwardedHeaders.Append),
            ShutdownTimeout = settings.Time("shutdownTimeout", TimeSpan.FromSeconds(30), TimeSpan.Zero, LongestShutdown),
            Logging = ReadLogging(settings.Section("logging")),
            Routes = RouteOptionsReader.ReadAll(settings),
        };
        settings.RejectUnknown();
        if (!Path.IsPathRooted(options.StateFile))
        {
            settings.Wrong("stateFile", options.StateFile, "is not an absolute path.", $"write for example {GatewayOptions.DefaultStateFile}");
        }

        if (options.Listen.Port != 0 && options.Listen == options.Admin.Listen)
        {
            settings.Wrong("admin.listen", options.Admin.Listen.ToString(), "is the address of the users' requests.", "take another port");
        }

        return options;
    }

    private static AdminOptions ReadAdmin(SettingsReader settings)
    {
        var admin = new AdminOptions
        {
            Listen = Address.Listen(settings, "listen", AdminOptions.DefaultListen),
            TokenFile = settings.Required("tokenFile", "/etc/canary-controller/gateway.token"),
            AllowNonLoopback = settings.Flag("allowNonLoopback"),
        };
        settings.RejectUnknown();
        if (!admin.AllowNonLoopback && !Address.IsLoopback(admin.Listen))
        {
            settings.Wrong(
                "listen",
                admin.Listen.ToString(),
                "is not a loopback address: whoever reaches it and learns the token directs all traffic.",
                "listen on 127.0.0.1, or write allowNonLoopback: true when the network is trusted");
        }

        return admin;
    }

    private static LogOptions ReadLogging(SettingsReader settings)
    {
        var logging = new LogOptions { Json = settings.Flag("json"), Level = settings.Choice("level", LogLevel.Information) };
        settings.RejectUnknown();
        return logging;
    }
}
