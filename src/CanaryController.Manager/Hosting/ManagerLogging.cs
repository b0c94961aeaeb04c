using Microsoft.Extensions.Logging.Console;

namespace CanaryController.Manager.Hosting;

/// <summary>Logs go to standard error: one line an entry, as text or as JSON, with UTC times.</summary>
internal static class ManagerLogging
{
    /// <summary>Sets logging up.</summary>
    public static void Add(ILoggingBuilder logging, LoggingOptions options)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(options.Level);
        var framework = options.Level > LogLevel.Warning ? options.Level : LogLevel.Warning;
        logging.AddFilter("Microsoft", framework).AddFilter("System", framework).AddFilter("Quartz", framework);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        switch (options.Format)
        {
            case LogFormat.Text:
                logging.AddSimpleConsole(text =>
                {
                    text.SingleLine = true;
                    text.UseUtcTimestamp = true;
                    text.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                    text.ColorBehavior = LoggerColorBehavior.Disabled;
                });
                break;
            case LogFormat.Json:
                logging.AddJsonConsole(json =>
                {
                    json.UseUtcTimestamp = true;
                    json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                });
                break;
        }
    }
}
