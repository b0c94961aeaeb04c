using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>
/// A small, strict Prometheus on loopback: range selectors with <c>=~</c> matchers over scripted counters, scripted values for everything else. It runs on the test's
/// clock and shows samples only once their scrape ended.
/// </summary>
internal sealed partial class FakePrometheus : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, FakeSeries> _series = new(StringComparer.Ordinal);

    private FakePrometheus(WebApplication app, TimeProvider time)
    {
        (_app, _time) = (app, time);
        app.MapPost("/api/v1/query", QueryAsync);
        app.MapPost("/api/v1/query_range", QueryRangeAsync);
        app.MapGet("/api/v1/label/{name}/values", LabelValuesAsync);
    }

    public string Url => _app.Urls.First();

    /// <summary>Each query's text, in order of arrival; label queries as <c>label NAME</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>How long after its timestamp a scrape's samples are visible.</summary>
    public long ScrapeTookMs { get; set; }

    /// <summary>Answers instead of the real thing while it is set; returns false to let the real thing answer.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>What an own query returns at a moment: label sets with values.</summary>
    public Func<string, DateTimeOffset, IEnumerable<(string Labels, string Value)>> Custom { get; set; } = (_, _) => [];

    public static async Task<FakePrometheus> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var fake = new FakePrometheus(builder.Build(), time);
        await fake._app.StartAsync();
        return fake;
    }

    /// <summary>Adds a sample.</summary>
    public void Add(IReadOnlyDictionary<string, string> labels, long timestampMs, double value)
    {
        var json = Json(labels);
        _series.GetOrAdd(json, _ => new FakeSeries(labels)).Samples.Add((timestampMs, value));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private static string Json(IReadOnlyDictionary<string, string> labels) =>
        "{" + string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => $"{JsonSerializer.Serialize(label.Key)}:{JsonSerializer.Serialize(label.Value)}")) + "}";

    private static string Seconds(long ms) => (ms / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Unquote(string literal) =>
        Escapes().Replace(literal, match => match.Value[1] switch
        {
            'n' => "\n",
            'x' => ((char)Convert.ToInt32(match.Value[2..], 16)).ToString(),
            _ => match.Value[1..],
        });

    private static Task Refuse(HttpContext context, string error)
    {
        context.Response.StatusCode = 400;
        return context.Response.WriteAsync($$"""{"status":"error","errorType":"bad_data","error":{{JsonSerializer.Serialize(error)}}}""");
    }

    [SuppressMessage("Security", "CA3012", Justification = "A matcher is a regular expression; the pattern is the program's own, on loopback, with a time limit.")]
    private static Dictionary<string, Regex> Matchers(Match selector, out string? unexpected)
    {
        var matchers = new Dictionary<string, Regex>(StringComparer.Ordinal);
        unexpected = null;
        if (selector.Groups["metric"].Value is { Length: > 0 } metric)
        {
            matchers["__name__"] = new Regex($"^{metric}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
        }

        var rest = selector.Groups["matchers"].Value;
        for (var at = 0; at < rest.Length;)
        {
            var matcher = Matcher().Match(rest, at);
            if (!matcher.Success || matcher.Index != at)
            {
                unexpected = rest[at..];
                break;
            }

            var pattern = Unquote(matcher.Groups["value"].Value);
            pattern = matcher.Groups["tilde"].Length > 0 ? pattern : Regex.Escape(pattern);
            matchers[matcher.Groups["name"].Value] = new Regex($"^(?:{pattern})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
            at += matcher.Length;
        }

        return matchers;
    }

    private async Task QueryAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var query = form["query"].ToString();
        Asked.Enqueue(query);
        if (Instead is { } instead && await instead(context))
        {
            return;
        }

        var nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var atMs = form.TryGetValue("time", out var time) ? (long)(decimal.Parse(time!, CultureInfo.InvariantCulture) * 1000) : nowMs;
        var grouped = Grouped().Match(query);
        var selector = Selector().Match(grouped.Success ? grouped.Groups["selector"].Value + "[300000ms]" : query);
        if (!selector.Success)
        {
            var values = Custom(query, DateTimeOffset.FromUnixTimeMilliseconds(atMs)).Select(
                each => $$"""{"metric":{{each.Labels}},"value":[{{Seconds(atMs)}},"{{each.Value}}"]}""");
            await context.Response.WriteAsync("""{"status":"success","data":{"resultType":"vector","result":[""" + string.Join(',', values) + "]}}");
            return;
        }

        var matchers = Matchers(selector, out var unexpected);
        if (unexpected is not null)
        {
            await Refuse(context, $"unexpected {unexpected}");
            return;
        }

        var fromMs = atMs - long.Parse(selector.Groups["ms"].Value, CultureInfo.InvariantCulture);
        var toMs = Math.Min(atMs, nowMs - ScrapeTookMs);
        await context.Response.WriteAsync(grouped.Success ? Vector(grouped.Groups["labels"].Value.Split(','), matchers, fromMs, toMs) : Matrix(matchers, fromMs, toMs));
    }

    private string Vector(string[] labels, Dictionary<string, Regex> matchers, long fromMs, long toMs)
    {
        var groups = _series.Values
            .Where(series => matchers.All(matcher => matcher.Value.IsMatch(series.Labels.GetValueOrDefault(matcher.Key, ""))) && series.Samples.Exists(sample => sample.Ms >= fromMs && sample.Ms <= toMs))
            .Select(series => Json(labels.Where(series.Labels.ContainsKey).ToDictionary(label => label, label => series.Labels[label], StringComparer.Ordinal)))
            .Distinct();
        var values = groups.Select(json => $$"""{"metric":{{json}},"value":[{{Seconds(toMs)}},"1"]}""");
        return """{"status":"success","data":{"resultType":"vector","result":[""" + string.Join(',', values) + "]}}";
    }

    private string Matrix(Dictionary<string, Regex> matchers, long fromMs, long toMs)
    {
        var text = new StringBuilder("""{"status":"success","data":{"resultType":"matrix","result":[""");
        var first = true;
        foreach (var (json, series) in _series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!matchers.All(matcher => matcher.Value.IsMatch(series.Labels.GetValueOrDefault(matcher.Key, ""))))
            {
                continue;
            }

            var samples = series.Samples.Where(sample => sample.Ms >= fromMs && sample.Ms <= toMs).ToList();
            if (samples.Count > 0)
            {
                var values = samples.Select(sample => $"[{Seconds(sample.Ms)},\"{sample.Value.ToString(CultureInfo.InvariantCulture)}\"]");
                text.Append(first ? "" : ",").Append("{\"metric\":").Append(json).Append(",\"values\":[").AppendJoin(',', values).Append("]}");
                first = false;
            }
        }

        return text.Append("]}}").ToString();
    }

    private async Task QueryRangeAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var query = form["query"].ToString();
        Asked.Enqueue("range " + query);
        if (Instead is { } instead && await instead(context))
        {
            return;
        }

        var (start, end, step) = (Ms(form["start"]!), Ms(form["end"]!), Ms(form["step"]!));
        var series = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        for (var at = start; at <= end; at += step)
        {
            foreach (var (labels, value) in Custom(query, DateTimeOffset.FromUnixTimeMilliseconds(at)))
            {
                (series.TryGetValue(labels, out var known) ? known : series[labels] = []).Add($"[{Seconds(at)},\"{value}\"]");
            }
        }

        var result = series.Select(each => $$"""{"metric":{{each.Key}},"values":[{{string.Join(',', each.Value)}}]}""");
        await context.Response.WriteAsync("""{"status":"success","data":{"resultType":"matrix","result":[""" + string.Join(',', result) + "]}}");
    }

    private static long Ms(string seconds) => (long)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * 1000);

    private async Task LabelValuesAsync(HttpContext context, string name)
    {
        var match = context.Request.Query["match[]"].ToString();
        Asked.Enqueue($"label {name}");
        if (Instead is { } instead && await instead(context))
        {
            return;
        }

        var selector = Selector().Match((match.EndsWith('}') ? match : match + "{}") + "[1ms]");
        var matchers = Matchers(selector, out _);
        var values = _series.Values
            .Where(series => matchers.All(matcher => matcher.Value.IsMatch(series.Labels.GetValueOrDefault(matcher.Key, ""))))
            .Select(series => series.Labels.GetValueOrDefault(name)).OfType<string>().Distinct();
        await context.Response.WriteAsync($$"""{"status":"success","data":{{JsonSerializer.Serialize(values)}}}""");
    }

    [GeneratedRegex("""^(group|count) by ?\((?<labels>[a-zA-Z_,]+)\)\((?<selector>.*)\)$""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Grouped();

    [GeneratedRegex("""^(?<metric>[a-zA-Z_:]*)\{(?<matchers>.*)\}\[(?<ms>\d+)ms\]$""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Selector();

    [GeneratedRegex(
        """(?<name>[a-z_]+)=(?<tilde>~?)"(?<value>([^"\\\n]|\\[nrt\\"']|\\x[0-9a-f]{2})*)"(,|$)""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Matcher();

    [GeneratedRegex("""\\x[0-9a-f]{2}|\\.""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Escapes();

    private sealed record FakeSeries(IReadOnlyDictionary<string, string> Labels)
    {
        public List<(long Ms, double Value)> Samples { get; } = [];
    }
}
