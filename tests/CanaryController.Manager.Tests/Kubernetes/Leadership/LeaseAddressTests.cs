using System.Text.Json.Nodes;
using CanaryController.Manager.Kubernetes;
using CanaryController.Manager.Kubernetes.Leadership;

namespace CanaryController.Manager.Tests.Kubernetes.Leadership;

/// <summary>Where a leader says that its API is.</summary>
public sealed class LeaseAddressTests
{
    [Theory]
    [InlineData("10.0.0.1", "http://0.0.0.0:7070", "http://10.0.0.1:7070/")]
    [InlineData("fd00::1", "http://0.0.0.0:7070", "http://[fd00::1]:7070/")]
    [InlineData("10.0.0.1", "http://127.0.0.1:7070", null)]
    [InlineData(null, "http://0.0.0.0:7070", null)]
    [InlineData("pod", "http://0.0.0.0:7070", null)]
    public void The_address_of_an_API_is_the_pods_where_others_may_reach_it(string? podIp, string listen, string? address) =>
        Assert.Equal(address, LeaderElectionOptions.AddressOf(podIp, new(listen))?.ToString());

    [Theory]
    [InlineData("a http://10.0.0.1:7070", true)]
    [InlineData("b http://10.0.0.1:7070", false)]
    [InlineData("a http://evil.example:7070", false)]
    [InlineData("a http://x@10.0.0.1:7070", false)]
    [InlineData("a http://10.0.0.1:7070/path", false)]
    [InlineData("a file:///etc/passwd", false)]
    [InlineData("a", false)]
    public void Only_an_address_that_the_holder_itself_left_counts(string text, bool counts) => Assert.Equal(
        counts,
        LeaseRecord.Read(new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Marks.AddressAnnotation] = text } }, ["spec"] = new JsonObject { ["holderIdentity"] = "a" } }).Address is not null);
}
