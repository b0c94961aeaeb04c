using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Kubernetes.Objects;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Workloads;

/// <summary>No Rollout is known, so no Event can be told of one.</summary>
internal sealed class NoRollouts : IObjectCache<RolloutObject>
{
    public bool IsSynced => true;

    public IReadOnlyList<RolloutObject> All => [];

    public RolloutObject? Find(ObjectName name) => null;

    public IReadOnlyList<RolloutObject> By(string key) => [];

    public void Put(RolloutObject written)
    {
    }

    public void Remove(ObjectName name, string uid)
    {
    }
}

/// <summary>Keeps what was logged, to be shown when a test fails.</summary>
internal sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (lines.Count < 10_000)
        {
            lines.Enqueue(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>What a user applies.</summary>
internal static class LiveManifests
{
    public static JsonObject Deployment(string name, int replicas, bool recreate, int historyLimit)
    {
        var strategy = recreate ? """{"type":"Recreate"}""" : """{"type":"RollingUpdate"}""";
        return Parse($$$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{{name}}}}"},
            "spec":{"replicas":{{{{replicas}}}},"revisionHistoryLimit":{{{{historyLimit}}}},"strategy":{{{{strategy}}}},
            "selector":{"matchLabels":{"app":"{{{{name}}}}"}},
            "template":{"metadata":{"labels":{"app":"{{{{name}}}}"}},"spec":{"containers":[{"name":"web","image":"web:1","ports":[{"containerPort":8080}]}]} } } }
            """);
    }

    public static JsonObject Service(string name) => Parse($$$$"""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{{{name}}}}","labels":{"app":"{{{{name}}}}"}},
        "spec":{"selector":{"app":"{{{{name}}}}"},"ports":[{"name":"http","port":80,"targetPort":8080,"appProtocol":"http"}]} }
        """);

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}
