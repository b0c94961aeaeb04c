using CanaryController.Gateway.Configuration;

namespace CanaryController.Gateway.Hosting;

/// <summary>The program's log on standard output.</summary>
internal static class LogSetup
{
    public static ILoggerFactory Create(LogOptions options) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(options.Level);
        // An enabled hosting log makes an activity for each request, and the forwarder's says each failure; the gateway counts and sums up instead.
        logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        logging.AddFilter("Yarp", LogLevel.Error);
        if (options.Json)
        {
            logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "O"));
        }
        else
        {
            logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
        }
    });
}
