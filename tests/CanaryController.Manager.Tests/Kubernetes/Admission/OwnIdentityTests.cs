using System.Text;
using CanaryController.Manager.Kubernetes.Admission;
using CanaryController.Manager.Kubernetes.Client;
using CanaryController.Manager.Rollouts;
using CanaryController.Manager.Tests.Kubernetes.Client;
using k8s;
using Microsoft.Extensions.Time.Testing;

namespace CanaryController.Manager.Tests.Kubernetes.Admission;

/// <summary>By what the controller knows its own requests.</summary>
public sealed class OwnIdentityTests
{
    private const string Answer = """{"kind":"SelfSubjectReview","status":{"userInfo":{"username":"alice"}}}""";

    [Fact]
    public async Task A_name_that_is_configured_is_not_asked_for()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        var (user, problem, _) = await FindAsync(server, user: "me");
        Assert.Equal(("me", null), (user, problem));
        Assert.True(server.IsQuiet);
    }

    [Fact]
    public async Task A_service_account_is_read_from_its_token_without_asking()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        var claims = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"sub":"system:serviceaccount:canary:controller"}""")).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var (user, _, _) = await FindAsync(server, token: $"h.{claims}.s");
        Assert.Equal("system:serviceaccount:canary:controller", user);
        Assert.True(server.IsQuiet);
    }

    [Fact]
    public async Task Otherwise_the_server_is_asked_an_older_one_in_an_older_version()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        server.ThenRefuse(404, "NotFound", "no such resource").ThenStatus(201, Answer);
        var (user, problem, _) = await FindAsync(server);
        Assert.Equal(("alice", null), (user, problem));
        Assert.Equal("POST /apis/authentication.k8s.io/v1/selfsubjectreviews", (await server.NextAsync()).Split('?')[0]);
        Assert.Equal("POST /apis/authentication.k8s.io/v1beta1/selfsubjectreviews", (await server.NextAsync()).Split('?')[0]);
    }

    [Fact]
    public async Task What_cannot_be_found_is_said_once_and_looked_for_again()
    {
        await using var server = await ScriptedApiServer.StartAsync();
        server.ThenRefuse(403, "Forbidden", "no").ThenRefuse(403, "Forbidden", "no").ThenStatus(201, Answer);
        var (user, problem, log) = await FindAsync(server);
        Assert.Equal(("alice", null), (user, problem));
        Assert.Single(log, line => line.Contains("kubernetes.admission.user", StringComparison.Ordinal));
    }

    private static async Task<(string? User, string? Problem, IReadOnlyList<string> Log)> FindAsync(ScriptedApiServer server, string? user = null, string? token = null)
    {
        await using var kube = new KubeBed(server.Url);
        using var connection = new KubeConnection(new KubernetesClientConfiguration { Host = server.Url, AccessToken = token });

        // Rests pass, while requests have all the time that they need.
        var time = new FakeTimeProvider();
        var options = new AdmissionOptions { Listen = new("https://127.0.0.1:0"), User = user };
        using var self = new OwnIdentity(options, connection, kube.Api, new Backoff(new Random(1)), time, kube.Log.For<OwnIdentity>());
        await self.StartAsync(TestContext.Current.CancellationToken);
        while (!self.ExecuteTask!.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await self.ExecuteTask;
        return (self.User, self.Problem, [.. kube.Log.Lines]);
    }
}
