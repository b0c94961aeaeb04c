using System.Text;
using System.Text.Json;
using CanaryController.Manager.Api;
using CanaryController.Manager.Kubernetes.Access;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Tests.Kubernetes.Client;

namespace CanaryController.Manager.Tests.Kubernetes.Access;

/// <summary>How the cluster is asked about tokens: as seldom as possible, and nothing is given away.</summary>
public sealed class ReviewerTests : IAsyncLifetime
{
    private readonly CacheKeys _keys = new();
    private ReviewServer _cluster = null!;
    private KubeBed _bed = null!;
    private ReviewLimits _limits = null!;
    private Reviewer<ClusterIdentity> _tokens = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ReviewServer.StartAsync();
        _bed = new(_cluster.Url);
        _limits = new(_bed.Options, _bed.Time);
        _tokens = new(_bed.Api, ObjectKind.TokenReview, _limits, new(100, 10, 20, TimeSpan.FromSeconds(10)), _bed.Time, _bed.Log.For<Reviewer<ClusterIdentity>>());
    }

    public async ValueTask DisposeAsync()
    {
        _limits.Dispose();
        await _bed.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Those_who_ask_the_same_at_once_share_an_answer_and_one_who_leaves_takes_it_from_nobody()
    {
        _cluster.Users["t"] = "ada";
        var gate = new TaskCompletionSource();
        _cluster.Gate = gate.Task;
        using var leaving = new CancellationTokenSource();

        var first = IdentifyAsync("t", leaving.Token);
        var others = Enumerable.Range(0, 10).Select(_ => IdentifyAsync("t")).ToList();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.All(await Task.WhenAll(others), answer => Assert.Equal("ada", answer.Caller?.Actor));
        Assert.Equal(1, _cluster.TokensAsked);
    }

    [Fact]
    public async Task At_most_8_questions_are_under_way_at_once()
    {
        var gate = new TaskCompletionSource();
        _cluster.Gate = gate.Task;
        var asked = Enumerable.Range(0, 20).Select(guess => IdentifyAsync($"guess-{guess}")).ToList();
        for (var look = 0; look < 400 && _cluster.MostAtOnce < ReviewLimits.MaxAtOnce; look++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        gate.SetResult();
        await Task.WhenAll(asked);
        Assert.Equal((ReviewLimits.MaxAtOnce, 20), (_cluster.MostAtOnce, _cluster.TokensAsked));
    }

    [Fact]
    public async Task A_token_counts_no_longer_than_it_says()
    {
        var token = Jwt($$"""{"exp": {{_bed.Time.GetUtcNow().AddSeconds(20).ToUnixTimeSeconds()}}}""");
        _cluster.Users[token] = "ada";
        await IdentifyAsync(token);
        _bed.Time.Advance(TimeSpan.FromSeconds(19));
        await IdentifyAsync(token);
        Assert.Equal(1, _cluster.TokensAsked);

        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        _cluster.Users.Clear();
        Assert.Equal(AccessRefusalKind.Unauthenticated, (await IdentifyAsync(token)).Refusal?.Kind);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(422)]
    public async Task A_token_stands_in_no_log_and_no_answer_even_when_the_server_repeats_it(int status)
    {
        _cluster.Refusing = status;
        var told = new StringBuilder();
        for (var times = 0; times < 2; times++)
        {
            told.Append((await IdentifyAsync("secret-token")).Refusal!.Detail);
            _bed.Time.Advance(TimeSpan.FromSeconds(2));
        }

        _cluster.Refusing = 0;
        await IdentifyAsync("secret-token");

        Assert.Equal(["5250", "5251"], _bed.Log.Lines.Select(line => line.Split(' ')[0]));
        Assert.DoesNotContain("secret-token", $"{told}{string.Join('\n', _bed.Log.Lines)}", StringComparison.Ordinal);
    }

    [Fact]
    public void With_audiences_a_token_counts_only_when_the_answer_names_one_of_them()
    {
        Assert.NotNull(Answer("""["canary-controller"]""", "canary-controller", "other"));
        Assert.Null(Answer("""["https://kubernetes.default.svc"]""", "canary-controller"));
        Assert.Null(Answer("[]", "canary-controller"));
        Assert.NotNull(Answer("[]"));

        static ClusterIdentity? Answer(string audiences, params string[] wanted)
        {
            using var review = JsonDocument.Parse($$"""{"status": {"authenticated": true, "audiences": {{audiences}}, "user": {"username": "ada"} } }""");
            return TokenReviews.Answer(review.RootElement, wanted);
        }
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"status": {"user": {"username": "ada"}}}""")]
    [InlineData("""{"status": {"authenticated": false, "user": {"username": "ada"}}}""")]
    [InlineData("""{"status": {"authenticated": "true", "user": {"username": "ada"}}}""")]
    [InlineData("""{"status": {"authenticated": true}}""")]
    [InlineData("""{"status": {"authenticated": true, "user": {"username": ""}}}""")]
    public void An_answer_that_says_not_who_it_is_is_a_no(string answer)
    {
        using var review = JsonDocument.Parse(answer);
        Assert.Null(TokenReviews.Answer(review.RootElement, []));
    }

    [Theory]
    [InlineData("""{"status": {"allowed": true}}""", true)]
    [InlineData("""{"status": {"allowed": true, "denied": true}}""", false)]
    [InlineData("""{"status": {"allowed": false, "evaluationError": "no"}}""", false)]
    [InlineData("""{}""", false)]
    public void Only_what_is_allowed_in_so_many_words_is_allowed(string answer, bool allowed)
    {
        using var review = JsonDocument.Parse(answer);
        Assert.Equal(allowed, AccessReviews.IsAllowed(review.RootElement));
    }

    [Theory]
    [InlineData("""{"exp": 1767225600}""", "2026-01-01T00:00:00Z")]
    [InlineData("""{"exp": 1e300}""", "9999-12-31T23:59:59Z")]
    [InlineData("""{"exp": -5}""", "1970-01-01T00:00:00Z")]
    [InlineData("""{"exp": "soon"}""", null)]
    [InlineData("""["exp"]""", null)]
    [InlineData("""nonsense""", null)]
    public void The_end_of_a_token_is_read_from_its_claims(string claims, string? end) =>
        Assert.Equal(end is null ? null : DateTimeOffset.Parse(end), TokenExpiry.Of(Jwt(claims)));

    [Theory]
    [InlineData("opaque")]
    [InlineData("a.b")]
    [InlineData("a..b")]
    [InlineData("a.***.b")]
    public void What_is_no_JSON_Web_Token_has_no_end(string token) => Assert.Null(TokenExpiry.Of(token));

    [Fact]
    public void A_full_cache_drops_what_does_not_count_any_more_then_the_oldest()
    {
        var cache = new AnswerCache<string>(3, _bed.Time);
        cache.Put("no", null, TimeSpan.FromSeconds(1));
        Pass();
        cache.Put("old", "yes", TimeSpan.FromHours(1));
        Pass();
        cache.Put("new", "yes", TimeSpan.FromHours(1));
        cache.Put("newer", "yes", TimeSpan.FromHours(1));
        Assert.Equal("old new newer", Kept());
        Pass();
        cache.Put("newest", "yes", TimeSpan.FromHours(1));
        Assert.Equal((3, "newest"), (cache.Count, string.Join(' ', Kept().Split(' ').Except(["new", "newer"]))));

        void Pass() => _bed.Time.Advance(TimeSpan.FromSeconds(2));
        string Kept() => string.Join(' ', new[] { "no", "old", "new", "newer", "newest" }.Where(key => cache.TryFind(key, out _, out _)));
    }

    private Task<Identification> IdentifyAsync(string token, CancellationToken cancellation = default)
    {
        var authority = new ClusterAuthority(new(), _tokens, null!, _keys, _bed.Time);
        return authority.IdentifyAsync(token, cancellation).AsTask();
    }

    private static string Jwt(string claims) => $"e30.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.sig";
}
