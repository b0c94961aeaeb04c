using System.Text;
using CanaryController.Manager.Analysis.Prometheus;

namespace CanaryController.Manager.Tests.Analysis.Prometheus;

public sealed class QueryAnswerReaderTests
{
    private const string Whole =
        """{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"route":"a","code":"200"},"values":[[1700000000.123,"1"],[1700000001.123,"2.5e3"]]}]}}""";

    [Fact]
    public void Samples_keep_their_own_timestamps()
    {
        var seen = new Collector();
        var result = QueryAnswerReader.Read(Encoding.UTF8.GetBytes(Whole), seen);

        Assert.Equal(QueryResult.Ok, result);
        Assert.Equal(["""{"route":"a","code":"200"}"""], seen.Series);
        Assert.Equal([(1_700_000_000_123L, 1d), (1_700_000_001_123L, 2_500d)], seen.Samples);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>504 Gateway Time-out</html>")]
    [InlineData("{}")]
    [InlineData("""{"status":"success"}""")]
    [InlineData("""{"status":"success","data":null}""")]
    [InlineData("""{"status":"success","data":[]}""")]
    [InlineData("""{"status":"success","data":{"resultType":"string","result":[1,"x"]}}""")]
    [InlineData("""{"status":"success","data":{"result":[]}}""")]
    [InlineData("""{"status":1,"data":{"resultType":"vector","result":[]}}""")]
    [InlineData("""{"status":"error","errorType":"timeout","error":"query timed out"}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":{}}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1,"1"]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{}}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":[],"values":[[1,"1"]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,1]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[["1","1"]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1",2]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[-1,"1"]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1e300,"1"]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1x"]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,""]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1e999"]]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]}} trailing""")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["a store did not answer"]}""")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]},"warnings":"many"}""")]
    [InlineData("""{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}""")]
    public void What_the_api_does_not_promise_is_a_problem_with_a_sentence(string json)
    {
        var result = QueryAnswerReader.Read(Encoding.UTF8.GetBytes(json), new Collector());

        Assert.NotEqual(QueryOutcome.Ok, result.Outcome);
        Assert.StartsWith("Prometheus", result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_cut_off_anywhere_is_a_problem()
    {
        var whole = Encoding.UTF8.GetBytes(Whole);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.NotEqual(QueryOutcome.Ok, QueryAnswerReader.Read(whole.AsSpan(0, length), new Collector()).Outcome);
        }
    }

    [Fact]
    public void An_answer_with_any_byte_changed_never_throws()
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = Encoding.UTF8.GetBytes(Whole);
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            QueryAnswerReader.Read(bytes, new Collector());
        }
    }

    private sealed class Collector : ISeriesSink
    {
        public List<string> Series { get; } = [];

        public List<(long, double)> Samples { get; } = [];

        public void Begin(ReadOnlySpan<byte> labels) => Series.Add(Encoding.UTF8.GetString(labels));

        public void Sample(long timestampMs, double value) => Samples.Add((timestampMs, value));

        public void End()
        {
        }
    }
}
