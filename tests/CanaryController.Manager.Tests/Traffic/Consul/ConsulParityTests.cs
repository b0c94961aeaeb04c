namespace CanaryController.Manager.Tests.Traffic.Consul;

/// <summary>What stands in for Consul in our tests answers as the real one does.</summary>
public sealed class ConsulParityTests
{
    private const string Config = "/v1/config";
    private const string Splitter = "/v1/config/service-splitter/shop";
    private const string Resolver = "/v1/config/service-resolver/shop";

    private static readonly IReadOnlyList<ConsulExchange> _conversation =
    [
        new("GET", Splitter),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100}]}"""),
        Put("""{"Kind": "service-defaults", "Name": "shop", "Protocol": "http"}"""),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": []}"""),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 99}]}"""),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 50}, {"Weight": 50, "Service": "shop"}]}"""),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100, "ServiceSubset": "v1"}]}"""),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100}], "Colour": "red"}"""),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100}], "Meta": {"k": "LONG"}}""".Replace("LONG", new string('x', 513), StringComparison.Ordinal)),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 100}], "Meta": {"LONG": "v"}}""".Replace("LONG", new string('x', 129), StringComparison.Ordinal)),
        Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"V1": {"Filter": ""}}}"""),
        Put("""{"Kind": "service-resolver", "Name": "shop", "DefaultSubset": "v9"}"""),
        Put("""{"Kind": "service-resolver", "Name": "shop", "Redirect": {"Service": "other"}, "Failover": {"*": {"Service": "other"}}}"""),
        Put("""{"Kind": "service-resolver", "Name": "shop", "Failover": {"v9": {"Service": "other"}}}"""),
        new("GET", Resolver),

        // Written on condition.
        Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v1": {"Filter": "Service.Meta.version == \"v1\""}, "v2": {"Filter": "Service.Meta.version == \"v2\"", "OnlyPassing": true}}, "Meta": {"a": "b"}}""", "?cas=7"),
        Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v1": {"Filter": "Service.Meta.version == \"v1\""}, "v2": {"Filter": "Service.Meta.version == \"v2\"", "OnlyPassing": true}}, "Meta": {"a": "b"}}""", "?cas=0"),
        new("GET", Resolver),
        Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {}}""", "?cas=0"),
        Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {}}""", "?cas=3"),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 33.33, "ServiceSubset": "v1"}, {"Weight": 66.67, "ServiceSubset": "v2"}], "Meta": {"a": "b"}}""", "?cas=0"),
        new("GET", Splitter),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 99.99, "ServiceSubset": "v1"}, {"Weight": 0.01, "ServiceSubset": "v2"}], "Meta": {"a": "b"}}""", "?cas=INDEX"),
        Put("""{"Kind": "service-splitter", "Name": "shop", "Splits": [{"Weight": 50, "ServiceSubset": "v1"}, {"Weight": 50, "ServiceSubset": "v2"}]}""", "?cas=INDEX"),
        new("GET", Splitter),
        new("GET", Resolver),
        Put("""{"Kind": "service-resolver", "Name": "shop", "Subsets": {"v1": {"Filter": "Service.Meta.version == \"v1\""}}}""", "?cas=INDEX"),
        new("DELETE", Resolver),
        new("DELETE", Splitter),
        new("GET", Splitter),
        new("DELETE", Splitter),

        // What is read beside them.
        new("GET", "/v1/config/proxy-defaults/global"),
        new("GET", "/v1/config/service-router/shop"),
        new("GET", "/v1/connect/intentions/match?by=destination&name=shop"),
        new("GET", "/v1/health/connect/shop?filter=Service.Meta.version%20%3D%3D%20%22v1%22"),
        new("GET", "/v1/health/connect/shop?passing&filter=Service.Meta.version%20%21%3D%20%22v1%22"),
        new("GET", "/v1/health/connect/shop?filter=Service.Meta.version%20%3D%3D"),
    ];

    [Fact]
    public async Task Both_answer_a_conversation_in_the_same_words()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var real = await RealConsul.StartAsync(cancellation);
        await using var fake = await FakeConsul.StartAsync(TimeProvider.System);
        var (wanted, answered) = (await TalkAsync(real.Url, cancellation), await TalkAsync(fake.Url, cancellation));
        var differences = wanted.Zip(answered).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First}\n    but here\n{pair.Second}").ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static ConsulExchange Put(string body, string query = "") => new("PUT", Config + query, body);

    private static async Task<IReadOnlyList<string>> TalkAsync(string url, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new(url) };
        var (lines, index) = (new List<string>(), 0UL);
        foreach (var exchange in _conversation)
        {
            var (line, found) = await exchange.AskAsync(http, index, cancellation);
            index = found ?? index;
            lines.Add($"{exchange.Method} {exchange.Path} {exchange.Body}\n    {line}");
        }

        return lines;
    }
}
