using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Admission.Certificates;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Resources.Api;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

public sealed class AdmissionServerTests
{
    private static readonly JsonObject Item = new() { ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "shop" }, ["spec"] = new JsonObject() };

    [Fact]
    public async Task A_change_comes_as_base64_of_a_JSON_patch_and_warnings_are_short_enough_to_stay_whole()
    {
        var hook = new ToldHook("/admission/told", _ => new AdmissionAnswer.Allowed(new JsonPatch().Add("/spec/paused", true), ["short", new string('x', 500)]));
        await using var bed = await new AdmissionBed([hook]).StartAsync();
        var answer = await bed.ReviewAsync("/admission/told", Reviews.Of("Deployment", Item));

        Assert.True((bool)answer["allowed"]!);
        Assert.Equal("JSONPatch", (string?)answer["patchType"]);
        Assert.Equal("""[{"op":"add","path":"/spec/paused","value":true}]""", Encoding.UTF8.GetString(Convert.FromBase64String((string)answer["patch"]!)));
        Assert.Equal([5, AdmissionReview.MaxWarningChars], answer["warnings"]!.AsArray().Select(each => ((string)each!).Length));
        Assert.Contains("canary_admission_requests_total{hook=\"told\",outcome=\"changed\"} 1", await bed.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denial_with_problems_is_422_with_a_cause_each_and_one_without_is_403()
    {
        var problems = Enumerable.Range(0, 60).Select(index => new FieldProblem($"spec.a[{index}]", "1", "wrong", "right")).ToList();
        var hook = new ToldHook("/admission/told", request => new AdmissionAnswer.Denied("no", request.User.Name == "alice" ? problems : []));
        await using var bed = await new AdmissionBed([hook]).StartAsync();

        var invalid = (await bed.ReviewAsync("/admission/told", Reviews.Of("Rollout", Item)))["status"]!;
        Assert.Equal((422, "Invalid", "no"), ((int)invalid["code"]!, (string?)invalid["reason"], (string?)invalid["message"]));
        var causes = invalid["details"]!["causes"]!.AsArray();
        Assert.Equal(("spec.a[0]", "wrong; right"), ((string?)causes[0]!["field"], (string?)causes[0]!["message"]));
        Assert.Equal((AdmissionReview.MaxListed + 1, "10 more problems are not listed"), (causes.Count, (string?)causes[^1]!["message"]));

        var refused = (await bed.ReviewAsync("/admission/told", Reviews.Of("Rollout", Item, user: "bob")))["status"]!;
        Assert.Equal((403, "Forbidden"), ((int)refused["code"]!, (string?)refused["reason"]));
    }

    [Fact]
    public async Task The_controllers_own_requests_are_never_shown_to_a_hook()
    {
        var hook = new ToldHook("/admission/told", _ => new AdmissionAnswer.Denied("no", []), failsOpen: false);
        await using var bed = await new AdmissionBed([hook], isSynced: false, user: "me").StartAsync();
        Assert.True((bool)(await bed.ReviewAsync("/admission/told", Reviews.Of("Rollout", Item, user: "me")))["allowed"]!);
        Assert.Equal(0, hook.Asked);
    }

    [Fact]
    public async Task A_hook_that_cannot_decide_allows_with_a_warning_or_leaves_it_to_the_failure_policy()
    {
        AdmissionAnswer Fail(AdmissionRequest request) => request.User.Name == "alice" ? throw new InvalidOperationException("secret") : AdmissionAnswer.Unchanged;
        await using var bed = await new AdmissionBed([new ToldHook("/admission/open", Fail), new ToldHook("/admission/closed", Fail, failsOpen: false)]).StartAsync();
        var open = await bed.ReviewAsync("/admission/open", Reviews.Of("Rollout", Item));
        Assert.True((bool)open["allowed"]!);
        Assert.DoesNotContain("secret", (string)open["warnings"]![0]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, (await bed.PostAsync("/admission/closed", Reviews.Of("Rollout", Item).ToJsonString())).Status);
        Assert.Equal(2, bed.Log.Count(line => line.StartsWith("5201 ", StringComparison.Ordinal)));
        Assert.True((bool)(await bed.ReviewAsync("/admission/closed", Reviews.Of("Rollout", Item, user: "bob")))["allowed"]!);
    }

    [Theory]
    [InlineData(false, "me")]
    [InlineData(true, null)]
    public async Task Nothing_is_decided_by_caches_that_are_not_read_or_without_knowing_ourselves(bool isSynced, string? user)
    {
        var hook = new ToldHook("/admission/open", _ => new AdmissionAnswer.Denied("no", []));
        await using var bed = await new AdmissionBed([hook], isSynced, user).StartAsync();
        var answer = await bed.ReviewAsync("/admission/open", Reviews.Of("Rollout", Item));
        Assert.True((bool)answer["allowed"]!);
        Assert.Single(answer["warnings"]!.AsArray());
        Assert.Equal(0, hook.Asked);
    }

    [Fact]
    public async Task What_is_no_review_is_told_so()
    {
        var hook = new ToldHook("/admission/told", _ => AdmissionAnswer.Unchanged);
        await using var bed = await new AdmissionBed([hook]).StartAsync();
        var review = Reviews.Of("Rollout", Item).ToJsonString();
        Assert.Equal(HttpStatusCode.NotFound, (await bed.PostAsync("/admission/other", review)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await bed.PostAsync("/", review)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await bed.PostAsync("/metrics", review)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", review[..^20])).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", "")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", "[]")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", review.Replace("admission.k8s.io/v1\"", "admission.k8s.io/v1beta1\"", StringComparison.Ordinal))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", Reviews.Of("Rollout", null).ToJsonString())).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", Reviews.Of("Rollout", Item, operation: "UPDATE").ToJsonString())).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", new string('[', 100_000))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await bed.PostAsync("/admission/told", review.Replace("\"alice\"", "\"\\ud800\"", StringComparison.Ordinal))).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await bed.PostAsync("/admission/told", new StringContent(review, MediaTypeHeaderValue.Parse("text/plain")))).Status);
        using var get = await bed.Client.GetAsync(new Uri("/admission/told", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        Assert.Equal(0, hook.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_8_MB_is_413_whether_its_length_is_told_or_not(bool isTold)
    {
        await using var bed = await new AdmissionBed([new ToldHook("/admission/told", _ => AdmissionAnswer.Unchanged)]).StartAsync();
        using var body = new MemoryStream(new byte[AdmissionServer.MaxBodyBytes + 1]);
        using var content = new StreamContent(body);
        content.Headers.ContentType = new("application/json");
        bed.Client.DefaultRequestHeaders.TransferEncodingChunked = !isTold;
        bed.Client.DefaultRequestHeaders.ExpectContinue = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await bed.PostAsync("/admission/told", content)).Status);
    }

    [Fact]
    public async Task A_body_that_does_not_come_ends_with_its_connection_and_nothing_is_skipped_of_it()
    {
        await using var bed = await new AdmissionBed([new ToldHook("/admission/told", _ => AdmissionAnswer.Unchanged)]).StartAsync();
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        var answer = AskAsync();
        await begun.Task;
        while (!(await bed.MetricsAsync()).Contains("{hook=\"told\",outcome=", StringComparison.Ordinal))
        {
            bed.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        end.SetResult();
        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
        Assert.DoesNotContain(bed.ServerLog, line => line.Contains("draining", StringComparison.Ordinal));

        async Task<HttpStatusCode> AskAsync()
        {
            using var content = new EndlessContent(begun, end.Task);
            return (await bed.PostAsync("/admission/told", content)).Status;
        }
    }

    [Fact]
    public async Task It_shows_the_certificate_of_the_bundle_and_a_new_one_as_soon_as_it_is_there()
    {
        await using var bed = await new AdmissionBed([new ToldHook("/admission/told", _ => AdmissionAnswer.Unchanged)]).StartAsync();
        await bed.ReviewAsync("/admission/told", Reviews.Of("Rollout", Item));
        var before = bed.Serving.Current!.TargetCertificate.Thumbprint;

        using var stranger = bed.Connect(CertificateMaker.Authority(TimeProvider.System.GetUtcNow()).Certificate);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.IsType<AuthenticationException>(refused.InnerException);

        bed.Serve();
        Assert.NotEqual(before, bed.Serving.Current!.TargetCertificate.Thumbprint);
        bed.Serving.Offer("nonsense", "nonsense");
        await bed.ReviewAsync("/admission/told", Reviews.Of("Rollout", Item));
        Assert.Single(bed.Log, line => line.StartsWith("5211 ", StringComparison.Ordinal));
    }

    /// <summary>A part of a body, and then nothing.</summary>
    private sealed class EndlessContent : HttpContent
    {
        private const int Length = 100;

        private readonly TaskCompletionSource _begun;
        private readonly Task _end;

        public EndlessContent(TaskCompletionSource begun, Task end)
        {
            (_begun, _end) = (begun, end);
            Headers.ContentType = new("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            _begun.TrySetResult();
            await _end;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(new string(' ', Length - 1)));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Length;
            return true;
        }
    }
}
