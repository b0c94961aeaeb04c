using CanaryController.Cli.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace CanaryController.Cli.Tests;

/// <summary>A server ends a watch by an event of type ERROR: the object is read again, whatever the error is.</summary>
public sealed class WatchErrorTests
{
    private const string Expired = """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""";
    private const string Broken = """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"etcd is away","reason":"InternalError","code":500}}""";
    private const string Nameless = """{"type":"ERROR","object":{}}""";

    /// <summary>What the first watch answers.</summary>
    public static TheoryData<string> Answers => [.. new[] { Expired, Broken, Nameless }.SelectMany(line => new[] { line, line + "\n" }), "no event at all", ""];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task The_object_is_read_again_after_an_error_of_the_watch(string answer)
    {
        await using var cluster = (await FakeCluster.StartAsync()).Add().Show(FakeCluster.AtStep(1, 5));
        await using var server = await FailingServer.StartAsync(cluster, answer, () => cluster.Show(FakeCluster.Promoted()));
        var run = await CommandRun.OfAsync("watch shop", with: environment => environment with { Variable = name => name == "KUBECONFIG" ? server.Kubeconfig : null });
        Assert.Equal((0, ""), (run.Exit, run.Error));
        Assert.Contains("v2 is stable.", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, cluster.Server.Requests.Count(request => request.Verb == "list"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task An_error_is_read_with_and_without_the_end_of_its_line(string end)
    {
        var bookmark = """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}""";
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"{bookmark}\n\n{Expired}{end}"));
        var seen = new List<WatchEvent>();
        await foreach (var each in EventLines.ReadAsync(stream, TestContext.Current.CancellationToken))
        {
            seen.Add(each);
        }

        Assert.Equal(["BOOKMARK", "ERROR"], seen.Select(each => each.Type));
        Assert.Equal((410, "too old resource version"), (ServerStatus.Read(seen[1].Object).Code, ServerStatus.Read(seen[1].Object).Message));
    }

    /// <summary>Answers the first watch itself, and passes everything else on to a cluster.</summary>
    private sealed class FailingServer : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly HttpClient _cluster;
        private readonly string _answer;
        private readonly Action _failed;
        private int _watches;

        private FailingServer(WebApplication app, FakeCluster cluster, string answer, Action failed)
        {
            (_app, _answer, _failed) = (app, answer, failed);
            _cluster = new() { BaseAddress = cluster.Server.BaseUrl, Timeout = Timeout.InfiniteTimeSpan };
            Kubeconfig = cluster.Kubeconfig + "-failing";
        }

        public string Kubeconfig { get; }

        public static async Task<FailingServer> StartAsync(FakeCluster cluster, string answer, Action failed)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var server = new FailingServer(app, cluster, answer, failed);
            app.Run(server.AnswerAsync);
            await app.StartAsync();
            var text = await File.ReadAllTextAsync(cluster.Kubeconfig);
            await File.WriteAllTextAsync(server.Kubeconfig, text.Replace(cluster.Server.BaseUrl.ToString().TrimEnd('/'), app.Urls.Single(), StringComparison.Ordinal));
            return server;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            _cluster.Dispose();
        }

        private async Task AnswerAsync(HttpContext context)
        {
            if (context.Request.Query.ContainsKey("watch") && Interlocked.Increment(ref _watches) == 1)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(_answer);
                _failed();
                return;
            }

            using var request = new HttpRequestMessage(new(context.Request.Method), context.Request.GetEncodedPathAndQuery());
            request.Headers.TryAddWithoutValidation("Authorization", (string?)context.Request.Headers.Authorization);
            using var answer = await _cluster.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = "application/json";
            await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
            await body.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
