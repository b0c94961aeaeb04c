using System.Collections.Concurrent;
using Yarp.ReverseProxy.Forwarder;

namespace CanaryController.Gateway.Forwarding;

/// <summary>Says that a version cannot be reached once in 10 s with the number of requests, instead of once a request.</summary>
internal sealed partial class FailureLog(TimeProvider time, ILogger<FailureLog> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<(string Route, string Version, ForwarderError Error), Line> _lines = new();

    public void Note(string route, string version, ForwarderError error, Exception? exception)
    {
        if (_lines.GetOrAdd((route, version, error), static _ => new Line()).Note(time) is var requests and > 0)
        {
            LogFailures(log, route, version, error, requests, Innermost(exception));
        }
    }

    private static string Innermost(Exception? exception) => exception?.GetBaseException().Message ?? "";

    [LoggerMessage(300, LogLevel.Warning, "Route {Route}, version {Version}: {Error} for {Requests} requests since it was last said: {Reason}")]
    private static partial void LogFailures(ILogger log, string route, string version, ForwarderError error, int requests, string reason);

    private sealed class Line
    {
        private readonly Lock _lock = new();
        private long? _saidAt;
        private int _requests;

        /// <summary>How many requests to speak of now; 0: keep quiet.</summary>
        public int Note(TimeProvider time)
        {
            lock (_lock)
            {
                _requests++;
                if (_saidAt is { } last && time.GetElapsedTime(last) < Pause)
                {
                    return 0;
                }

                _saidAt = time.GetTimestamp();
                return Interlocked.Exchange(ref _requests, 0);
            }
        }
    }
}
