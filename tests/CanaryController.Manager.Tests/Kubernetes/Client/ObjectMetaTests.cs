using System.Text.Json;
using CanaryController.Manager.Kubernetes.Client;

namespace CanaryController.Manager.Tests.Kubernetes.Client;

public sealed class ObjectMetaTests
{
    [Fact]
    public void Only_labels_and_annotations_that_somebody_asks_for_are_kept()
    {
        var meta = Read("""
            {"metadata": {"namespace": "shop", "name": "checkout", "uid": "u1", "resourceVersion": "7",
              "labels": {"app": "checkout", "pod-template-hash": "abc", "kubernetes.io/service-name": "checkout", "canarycontroller.io/rollout": "checkout"},
              "annotations": {"note": "long", "kubectl.kubernetes.io/last-applied-configuration": "{}", "deployment.kubernetes.io/revision": "3", "canarycontroller.io/held": "true"}}}
            """);

        Assert.Equal(["canarycontroller.io/rollout", "kubernetes.io/service-name", "pod-template-hash"], meta.Labels.Keys.Order());
        Assert.Equal(["canarycontroller.io/held", "deployment.kubernetes.io/revision"], meta.Annotations.Keys.Order());
        Assert.Equal("abc", meta.Labels["pod-template-hash"]);
        Assert.False(meta.Labels.ContainsKey("app"));
        Assert.Equal(3, meta.Labels.Count);
        Assert.Throws<KeyNotFoundException>(() => meta.Labels["app"]);
    }

    [Fact]
    public void Equal_short_texts_of_two_objects_are_one_string()
    {
        const string Text = """{"metadata": {"namespace": "shop", "name": "a-name-of-two-objects"}}""";

        Assert.Same(Read(Text).Name.Name, Read(Text).Name.Name);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("caf\u00e9")]
    [InlineData("a \"quote\" and a \\ backslash")]
    [InlineData("a text that is longer than the longest one that is remembered, so that it is read on its own")]
    public void Every_text_is_read_as_it_is(string text)
    {
        var json = JsonSerializer.Serialize(new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal) { ["metadata"] = new(StringComparer.Ordinal) { ["name"] = text } });
        Assert.Equal(text, Read(json).Name.Name);
        Assert.Equal(text, Read(json).Name.Name);
    }

    private static ObjectMeta Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ObjectMeta.Read(document.RootElement);
    }
}
