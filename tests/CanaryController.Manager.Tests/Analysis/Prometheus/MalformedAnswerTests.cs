using System.Globalization;
using System.Text;
using CanaryController.Core.Analysis;
using CanaryController.Manager.Analysis.Prometheus;
using CanaryController.Manager.Outbound;
using Microsoft.AspNetCore.Http;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

/// <summary>Whatever comes instead of an answer, nothing passes by it, nothing breaks, and once answers are whole again nothing of it is left.</summary>
public sealed class MalformedAnswerTests : EvidenceBed
{
    private const string Labels = """{"__name__":"canary_gateway_requests_total","code":"200","instance":"127.0.0.1:9091","job":"gateway","route":"shop","version":"v2"}""";

    public static TheoryData<string> Answers =>
    [
        "",
        "null",
        "[]",
        "\"success\"",
        "{",
        "<html>502 Bad Gateway</html>",
        """{"status":"success"}""",
        """{"status":"error","error":"query processing would load too many samples"}""",
        """{"status":"success","data":{"resultType":"matrix","result":[""",
        """{"status":"success","data":{"resultType":"matrix","result":[null]}}""",
        """{"status":"success","data":{"resultType":"matrix","result":[[]]}}""",
        """{"status":"success","data":{"resultType":"matrix","result":"many"}}""",
        """{"status":"success","data":{"resultType":"string","result":[1,"x"]}}""",
        """{"status":"success","data":{"resultType":"streams","result":[]}}""",
        """{"status":"success","warnings":["store unavailable"],"data":{"resultType":"matrix","result":[]}}""",
        Series("[[1,2,3]]"),
        Series("[[\"now\",\"1\"]]"),
        Series("[[NOW,1]]"),
        Series("[[NOW,\"\"]]"),
        Series("[[NOW,\"1e999\"]]"),
        Series("[[NOW,\"0x10\"]]"),
        Series("[[NOW,null]]"),
        Series("[[NOW,\"NaN\"]]"),
        Series("[[NOW,\"+Inf\"]]"),
        Series("[[NOW,\"-Inf\"]]"),
        Series("[[NOW,\"-5\"]]"),
        Series("[[1e300,\"5\"]]"),
        Series("{}"),
        """{"status":"success","data":{"resultType":"matrix","result":[{"metric":""" + Labels + ""","histograms":[[1,{}]]}]}}""",
        """{"status":"success","data":{"resultType":"vector","result":[{"metric":""" + Labels + ""","values":[[1,"1"]]}]}}""",
        """{"status":"success","data":{"resultType":"matrix","result":[]}} and more""",
    ];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Nothing_passes_by_an_answer_that_is_none(string answer)
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(20, canaryGood: 10);
        Assert.Equal(Verdict.Passed, Rig.Observe(request)!.Metrics[0].Verdict);

        Prometheus.Instead = async context =>
        {
            await context.Response.WriteAsync(answer.Replace("NOW", Now, StringComparison.Ordinal));
            return true;
        };
        await RunAsync(3, canaryGood: 10);
        Assert.Equal(Verdict.ProviderError, Rig.Observe(request)!.Metrics[0].Verdict);

        Prometheus.Instead = null;
        await RunAsync(3, canaryGood: 10);
        Assert.Equal((Verdict.Passed, 260L), (Rig.Observe(request)!.Metrics[0].Verdict, Rig.Observe(request)!.Metrics[0].Requests));
    }

    /// <summary>Both answers of a tick name the same bad series; which of them is read first must not matter.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_series_in_the_wrong_answer_does_not_decide_what_it_counts(bool requestsFirst)
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(20, canaryGood: 10);
        Time.Advance(TimeSpan.FromSeconds(1));
        var answer = Encoding.UTF8.GetBytes(Series("[[NOW,\"NaN\"]]").Replace("NOW", Now, StringComparison.Ordinal));
        foreach (var batch in Rig.Book.PlanLive().OrderBy(batch => (batch.Kind == CounterKind.Requests) == requestsFirst ? 0 : 1))
        {
            using var body = await PooledBody.ReadAsync(new MemoryStream(answer), answer.Length, answer.Length, CancellationToken.None);
            Rig.Book.Fold(batch, body!);
        }

        Assert.Equal(Verdict.ProviderError, Rig.Observe(request)!.Metrics[0].Verdict);
    }

    [Fact]
    public async Task Nothing_passes_while_answers_break_off_or_never_come()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(20, canaryGood: 10);
        Prometheus.Instead = async context =>
        {
            context.Response.ContentLength = 1_000;
            await context.Response.WriteAsync("{\"status\":");
            context.Abort();
            return true;
        };
        await RunAsync(2, canaryGood: 10);
        Assert.Equal(Verdict.ProviderError, Rig.Observe(request)!.Metrics[0].Verdict);

        Prometheus.Instead = async context =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            return true;
        };
        Prometheus.Asked.Clear();
        var tick = Rig.Ticks.TickAsync(CancellationToken.None);
        while (!tick.IsCompleted)
        {
            // The client's own deadline; it may not have begun to wait yet.
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await tick;
        Assert.Equal(Verdict.ProviderError, Rig.Observe(request)!.Metrics[0].Verdict);
    }

    /// <summary>Whole answers with bytes, labels and values changed at random: some are true, some are not, none breaks anything.</summary>
    [Fact]
    public async Task Random_damage_never_breaks_the_evidence()
    {
        await PastAsync(40);
        var request = await TrackAsync();
        await RunAsync(5, canaryGood: 10);
        var random = new Random(11);
        Prometheus.Instead = async context =>
        {
            await context.Response.Body.WriteAsync(Damaged(random, Now));
            return true;
        };
        for (var round = 0; round < 300; round++)
        {
            await RunAsync(1, canaryGood: 10);
            var seen = Rig.Observe(request)!;
            Assert.All(seen.Metrics, metric => Assert.InRange(metric.Value ?? 0, 0, 1));
            Assert.All(seen.Metrics, metric => Assert.True(metric.Requests >= 0));
        }

        // The damage may have been told as truth; another attempt begins without it.
        Prometheus.Instead = null;
        var next = request with { State = request.State with { Attempt = 2, TrafficSince = Time.GetUtcNow(), StepSince = Time.GetUtcNow() } };
        Rig.Evidence.Track(next);
        await RunAsync(20, canaryGood: 10);
        Assert.All(Rig.Observe(next)!.Metrics, metric => Assert.Equal(Verdict.Passed, metric.Verdict));
    }

    private string Now => (Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture);

    private static string Series(string values) =>
        """{"status":"success","data":{"resultType":"matrix","result":[{"metric":""" + Labels + ""","values":""" + values + "}]}}";

    private static byte[] Damaged(Random random, string now)
    {
        string[] values = ["1", "12", "9007199254740993", "1e15", "1e16", "NaN", "+Inf", "-1", "0.5", "1e-300", "", "x", "00012"];
        string[] labels = [Labels, Labels.Replace("200", "500", StringComparison.Ordinal), Labels.Replace("v2", "v1", StringComparison.Ordinal), "{}", "{\"route\":1}", "{\"route\":\"shop\",\"version\":null}", "[]", Labels.Replace("shop", "\\ud800", StringComparison.Ordinal)];
        var text = new StringBuilder("""{"status":"success","data":{"resultType":"matrix","result":[""");
        for (var series = random.Next(4); series >= 0; series--)
        {
            text.Append("""{"metric":""").Append(labels[random.Next(labels.Length)]).Append(""","values":[""");
            for (var sample = random.Next(3); sample >= 0; sample--)
            {
                text.Append('[').Append(random.Next(8) == 0 ? "1e11" : now).Append(",\"").Append(values[random.Next(values.Length)]).Append("\"]").Append(sample > 0 ? "," : "");
            }

            text.Append("]}").Append(series > 0 ? "," : "");
        }

        var bytes = Encoding.UTF8.GetBytes(text.Append("]}}").ToString());
        for (var change = random.Next(3); change > 0; change--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return random.Next(5) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
