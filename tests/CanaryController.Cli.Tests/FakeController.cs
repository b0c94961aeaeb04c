using System.Net;
using CanaryController.Core.Rollouts;
using CanaryController.Resources.Api;
using CanaryController.Resources.Gates;
using CanaryController.Resources.Mapping;
using CanaryController.Resources.Rollouts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CanaryController.Cli.Tests;

/// <summary>A controller on a loopback port that answers what a test tells it to: one view after the other, the last one for ever.</summary>
internal sealed class FakeController : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly Queue<(RolloutView View, HistoryView History)> _script = new();
    private readonly Queue<int> _failures = new();
    private (RolloutView View, HistoryView History) _now = (Sample.Idle(), Sample.NoHistory);

    private FakeController(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>Every request: method, path, and the Authorization header.</summary>
    public List<(string Method, string Path, string? Authorization)> Requests { get; } = [];

    /// <summary>Every command that arrived.</summary>
    public List<CommandRequest> Commands { get; } = [];

    /// <summary>Every question at a gate.</summary>
    public List<IReadOnlyDictionary<string, string>> Questions { get; } = [];

    /// <summary>The images of revisions.</summary>
    public RevisionImages[] Images { get; set; } = [];

    /// <summary>What a command is answered with; null = Accepted.</summary>
    public (int Status, ApiProblem Problem)? CommandProblem { get; set; }

    /// <summary>Every freeze that was asked for and not ended.</summary>
    public List<FreezeRequest> Freezes { get; } = [];

    /// <summary>Rollouts of the list.</summary>
    public List<RolloutView> Rollouts { get; } = [Sample.Idle()];

    public static async Task<FakeController> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        var app = builder.Build();
        var controller = new FakeController(app);
        app.Use(controller.RecordAsync);
        app.MapGet("/v1/namespaces/{ns}/rollouts", (string ns) =>
            Results.Json(new RolloutList([.. controller.Rollouts.Where(view => ns == "-" || view.Namespace == ns)]), ApiJson.Default.RolloutList));
        app.MapGet("/v1/namespaces/{ns}/rollouts/{name}", (string ns, string name) => controller.Find(ns, name, () => Results.Json(controller.Next().View, ApiJson.Default.RolloutView)));
        app.MapGet("/v1/namespaces/{ns}/rollouts/{name}/history", (string ns, string name) => controller.Find(ns, name, () => Results.Json(controller._now.History, ApiJson.Default.HistoryView)));
        app.MapGet("/v1/namespaces/{ns}/rollouts/{name}/gate", (string ns, string name, HttpContext context) => controller.Find(ns, name, () => controller.Gate(context.Request.Query)));
        app.MapPost("/v1/namespaces/{ns}/rollouts/{name}/commands", (string ns, string name, CommandRequest command) => controller.Find(ns, name, () => controller.Take(command)));
        app.MapGet("/v1/namespaces/{ns}/freezes", () => Results.Json(controller.Frozen(), ApiJson.Default.FreezeList));
        app.MapPost("/v1/namespaces/{ns}/freezes", (FreezeRequest freeze) => controller.Freeze(freeze));
        app.MapDelete("/v1/namespaces/{ns}/freezes/{name}", (string name) => controller.Freezes.RemoveAll(freeze => freeze.Name == name) > 0
            ? Results.Json(controller.Frozen(), ApiJson.Default.FreezeList)
            : Results.Json(new ApiProblem { Title = "No such freeze", Status = 404, Detail = $"There is no freeze {name}." }, ApiJson.Default.ApiProblem, "application/problem+json", 404));
        await app.StartAsync();
        return controller;
    }

    /// <summary>Adds to what GET answers with.</summary>
    public FakeController Then(RolloutView view, HistoryView? history = null)
    {
        _script.Enqueue((view, history ?? Sample.NoHistory));
        return this;
    }

    /// <summary>The next requests fail with these statuses.</summary>
    public FakeController Fail(params int[] statuses)
    {
        foreach (var status in statuses)
        {
            _failures.Enqueue(status);
        }

        return this;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private FreezeList Frozen() => FreezeViews.List(
        Freezes.Select(each => FreezeViews.ToWindow("default", each, Sample.Now)).Select(window => ((FreezeWindow?)window, Resources.Windows.Freeze.Of(window), (string?)null)), Sample.Now);

    private IResult Freeze(FreezeRequest freeze)
    {
        Freezes.Add(freeze);
        return Results.Json(Frozen().Items.Single(view => view.Name == freeze.Name), ApiJson.Default.FreezeView);
    }

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        int status;
        lock (_lock)
        {
            Requests.Add((context.Request.Method, context.Request.Path, context.Request.Headers.Authorization));
            if (context.Request.Path == "/v1/events" || !_failures.TryDequeue(out status))
            {
                status = 0;
            }
        }

        if (status != 0)
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsJsonAsync(new ApiProblem { Title = ((HttpStatusCode)status).ToString(), Status = status, Detail = "As the test wants it." }, ApiJson.Default.ApiProblem);
            return;
        }

        await next(context);
    }

    private (RolloutView View, HistoryView History) Next()
    {
        lock (_lock)
        {
            return _now = _script.TryDequeue(out var next) ? next : _now;
        }
    }

    /// <summary>Answers at once, with the next view: a test does not wait.</summary>
    private IResult Gate(IQueryCollection query)
    {
        lock (_lock)
        {
            Questions.Add(query.ToDictionary(each => each.Key, each => each.Value.ToString(), StringComparer.Ordinal));
        }

        var (view, history) = Next();
        var question = new GateQuestion(GateGoals.Find(query["for"])!.Value, query.TryGetValue("revision", out var revision) ? revision.ToString() : null) { Known = query["known"] == "true" };
        var answer = GateAnswers.Of(question, new(view, history.Revisions) { Sequence = history.Events.Select(each => each.Sequence).DefaultIfEmpty(0).Max(), Images = [.. Images] });
        var after = query.TryGetValue("after", out var text) ? long.Parse(text!, System.Globalization.CultureInfo.InvariantCulture) : long.MaxValue;
        return Results.Json(answer with { Transitions = [.. history.Events.Where(each => each.Sequence > after).Reverse()] }, ApiJson.Default.GateView);
    }

    private IResult Find(string ns, string name, Func<IResult> found) =>
        Rollouts.Any(view => view.Namespace == ns && view.Name == name)
            ? found()
            : Results.Json(new ApiProblem { Title = "Not Found", Status = 404, Detail = $"There is no rollout {ns}/{name}." }, ApiJson.Default.ApiProblem, statusCode: 404);

    private IResult Take(CommandRequest command)
    {
        lock (_lock)
        {
            Commands.Add(command);
        }

        return CommandProblem is { } refused
            ? Results.Json(refused.Problem, ApiJson.Default.ApiProblem, "application/problem+json", refused.Status)
            : Results.Json(new CommandResponse(command.Id ?? "", CommandStatus.Accepted, "v2 starts at step 1.", Sample.Progressing()), ApiJson.Default.CommandResponse);
    }
}
